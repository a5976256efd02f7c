"""Models on this machine: which there are, and fetching one from its publisher with a progress bar.

The court itself fetches nothing while it sits unless the settings allow it; ``tyndau models get`` is asked by a person
who sees how far it has come, and who learns in words why it does not come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import snapshot_download

from transcripts.settings import SpeechSettings
from transcripts.whisper import NoModel, find_model, known_models, model_name, publisher_of

FILES = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")


@dataclass(frozen=True, slots=True)
class Kept:
    """A model and where it lies; ``folder`` None while it is not on this machine. ``used_for`` names languages."""

    model: str
    folder: Path | None = None
    name: str = ""
    used_for: tuple[str, ...] = ()
    why: str = ""


def fetch(model: str, cache: str | None, download: Callable[..., str] = snapshot_download) -> Kept:
    """The model on this machine, fetched with a progress bar on the error output where it is missing.

    Raises ``NoModel`` with a sentence for people when it cannot be had.
    """
    if Path(model).exists():
        return _kept(model, cache)
    repository = publisher_of(model)
    if repository is None:
        raise NoModel(f"no model is called {model!r}; known names: {', '.join(known_models())}; or give PUBLISHER/NAME")
    try:
        download(repository, cache_dir=cache, allow_patterns=list(FILES))
    except (OSError, ValueError, RuntimeError) as why:
        raise NoModel(_in_words(model, repository, why)) from why
    return _kept(model, cache)


def _in_words(model: str, repository: str, why: Exception) -> str:
    match type(why).__name__:
        case "RepositoryNotFoundError" | "RevisionNotFoundError" | "GatedRepoError":
            return f"the publisher has no free model {repository}"
        case "LocalEntryNotFoundError" | "OfflineModeIsEnabled" | "ConnectionError":
            return (
                f"the model {model} ({repository}) cannot be fetched: huggingface.co cannot be reached from here. "
                "Fetch it on a machine with internet, copy its folder, and name the folder in the settings "
                "(speech.model)"
            )
    return f"the model {model} ({repository}) cannot be fetched: {why}"


def kept(settings: SpeechSettings) -> Iterator[Kept]:
    """The models that the settings name, and what is known of each."""
    wanted: dict[str, list[str]] = {}
    if settings.model is not None:
        others = [language for language in settings.languages if language not in settings.models]
        wanted[settings.model] = others
    for language, model in settings.models.items():
        wanted.setdefault(model, []).append(language)
    for model, languages in wanted.items():
        yield _kept(model, settings.cache, tuple(languages))


def others(settings: SpeechSettings, named: Iterable[str] | None = None) -> Iterator[Kept]:
    """Models of known names that lie in the cache and that the settings do not use."""
    used = {settings.model, *settings.models.values()}
    for model in named if named is not None else known_models():
        if model not in used and (found := _kept(model, settings.cache)).folder is not None:
            yield found


def _kept(model: str, cache: str | None, languages: tuple[str, ...] = ()) -> Kept:
    try:
        folder = find_model(model, cache=cache, download=False)
    except NoModel as why:
        return Kept(model, used_for=languages, why=str(why))
    return Kept(model, folder, model_name(model, folder), languages)


def table(rows: Iterable[Kept], settings: SpeechSettings) -> str:
    """What ``tyndau models list`` prints."""
    head = f"device {settings.device}, numbers {settings.compute_type}"
    lines = [head]
    for row in rows:
        use = f"used for {', '.join(row.used_for)}" if row.used_for else "not used"
        lines.append(f"{row.name or row.model}: {use}; {row.folder or 'not here: ' + row.why}")
    if len(lines) == 1:
        lines.append("no model is configured and none was fetched: tyndau models get NAME")
    return "\n".join([*lines, f"names that can be fetched: {', '.join(known_models())}"])

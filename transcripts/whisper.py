"""The only door to faster-whisper: the voice detector and the recogniser behind two small classes.

One encode serves the language guess, every decode and the word times of an utterance, because on a CPU the encode
is nearly the whole price.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel, available_models, download_model
from faster_whisper.audio import decode_audio, pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.utils import _MODELS as PUBLISHERS
from faster_whisper.vad import get_vad_model

from transcripts.cutting import FRAME
from transcripts.doubt import COMPRESSION, compression_ratio, repeats
from transcripts.models import REHEARSAL
from transcripts.utterances import RATE, Pcm
from transcripts.windows import WHOLE_FRAMES

_CONTEXT = 64
_SILENT = 1e-4
_RESTS_AFTER = 6
"""So many frames of digital silence in a row (0.2 s), and the voice detector forgets and rests until there is sound."""
_LONGEST = 30 * RATE
_PREPEND = "\"'“¿([{-"


class NoModel(Exception):
    """The model cannot be had; the message says why, for the page and the log."""


class Voice:
    """Silero's voice detector over one endless stream, keeping its memory between calls.

    What it answers depends on the stream alone and never on how it was divided into calls: sound that is heard again,
    or from tape, is cut at the same places.
    """

    def __init__(self) -> None:
        self._session: Any = get_vad_model().session
        self._silent = 0
        self.forget()

    def forget(self) -> None:
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def __call__(self, pcm: Pcm) -> list[float]:
        """The probability of speech in each frame of ``pcm``, whose length is a multiple of the frame."""
        blocks = pcm.reshape(-1, FRAME)
        chances: list[float] = []
        for rests, run in itertools.groupby(self._resting(blocks)):
            first, count = len(chances), len(list(run))
            if rests:
                self.forget()
                chances += [0.0] * count
            else:
                chances += self._detect(blocks[first : first + count])
        return chances

    def _resting(self, blocks: Pcm) -> Iterator[bool]:
        for silent in np.abs(blocks).max(axis=1, initial=0.0) < _SILENT:
            self._silent = self._silent + 1 if silent else 0
            yield self._silent > _RESTS_AFTER

    def _detect(self, blocks: Pcm) -> list[float]:
        before = np.concatenate([self._context[None], blocks[:-1, -_CONTEXT:]])
        self._context = blocks[-1, -_CONTEXT:].copy()
        sound = np.concatenate([before, blocks], axis=1)
        out, self._h, self._c = self._session.run(None, {"input": sound, "h": self._h, "c": self._c})
        return [float(p) for p in np.asarray(out).reshape(-1)]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder made of one utterance; lives in the worker only."""

    output: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class DecodedWord:
    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Decoded:
    language: str
    text: str
    words: tuple[DecodedWord, ...]
    log_probability: float
    no_speech: float


class Recogniser:
    """One loaded model: sound of one utterance in, words out."""

    def __init__(
        self,
        model: str,
        *,
        compute_type: str,
        device: str,
        threads: int,
        owners: int = 1,
        cache: str | None,
        download: bool,
    ) -> None:
        folder = find_model(model, cache=cache, download=download)
        try:
            self._model: Any = WhisperModel(
                str(folder), device=device, compute_type=compute_type, cpu_threads=threads, num_workers=owners
            )
        except (RuntimeError, ValueError, OSError) as why:
            raise NoModel(f"the model in {folder.name} cannot be loaded: {why}") from why
        self.name = model_name(model, folder)
        self.how = f"{compute_type} {device}"
        self._tokenizers: dict[str, Any] = {}

    def encode(self, pcm: Pcm, frames: int = WHOLE_FRAMES) -> Encoded:
        """``frames`` is the window; what it has more than the sound is silence."""
        features = pad_or_trim(self._model.feature_extractor(pcm[:_LONGEST])[..., :frames], frames)
        return Encoded(self._model.encode(features), min(len(pcm), _LONGEST) / RATE)

    def languages(self, sound: Encoded) -> dict[str, float]:
        return {token[2:-2]: float(p) for token, p in self._model.model.detect_language(sound.output)[0]}

    def decode(
        self, sound: Encoded, language: str, *, beam: int, hotwords: str | None = None, times: bool = True
    ) -> Decoded:
        """Without ``times`` there are no words with times, which only a line that is kept needs."""
        tokenizer = self._tokenizer(language)
        prompt = self._model.get_prompt(tokenizer, [], hotwords=hotwords)
        best = self._generate(sound, prompt, beam=beam)
        text = self._text(tokenizer, best)
        if compression_ratio(text) > COMPRESSION or repeats(text):
            best = self._generate(sound, prompt, beam=beam, no_repeat_ngram_size=3, repetition_penalty=1.1)
            text = self._text(tokenizer, best)
        tokens = [token for token in best.sequences_ids[0] if token < tokenizer.eot]
        return Decoded(
            language,
            text,
            self._words(tokenizer, sound, tokens) if text and times else (),
            float(best.scores[0]),
            float(best.no_speech_prob),
        )

    def _tokenizer(self, language: str) -> Any:
        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _generate(self, sound: Encoded, prompt: Sequence[int], **how: Any) -> Any:
        beam = how.pop("beam")
        return self._model.model.generate(
            sound.output,
            [list(prompt)],
            beam_size=beam,
            max_length=self._model.max_length,
            return_scores=True,
            return_no_speech_prob=True,
            **how,
        )[0]

    @staticmethod
    def _text(tokenizer: Any, result: Any) -> str:
        return str(tokenizer.decode([t for t in result.sequences_ids[0] if t < tokenizer.eot])).strip()

    def _words(self, tokenizer: Any, sound: Encoded, tokens: list[int]) -> tuple[DecodedWord, ...]:
        found = self._model.find_alignment(tokenizer, [tokens], sound.output, max(1, int(sound.seconds * 100)))
        words: list[DecodedWord] = []
        last = 0.0
        for item in found[0] if found else ():
            piece = str(item["word"])
            if not piece.strip():
                continue
            start = min(max(float(item["start"]), last), sound.seconds)
            end = min(max(float(item["end"]), start), sound.seconds)
            chance = float(item["probability"])
            joins = words and (not piece.startswith(" ") or words[-1].text[-1] in _PREPEND)
            if joins:
                previous = words.pop()
                only_marks = not any(c.isalnum() for c in piece)
                probability = previous.probability if only_marks else min(previous.probability, chance)
                words.append(DecodedWord(previous.text + piece.strip(), previous.start, end, probability))
            else:
                words.append(DecodedWord(piece.strip(), start, end, chance))
            last = end
        return tuple(words)


def read_sound(path: Path) -> Pcm:
    """A sound file of any common form as 16 kHz mono."""
    return np.asarray(decode_audio(str(path), sampling_rate=RATE), np.float32)


def find_model(model: str, *, cache: str | None, download: bool) -> Path:
    """The folder of a model given by folder or by name, fetched when that is allowed."""
    folder = Path(model)
    if folder.is_dir():
        if not (folder / "model.bin").is_file():
            raise NoModel(f"there is no model.bin in {folder}")
        return folder
    if folder.is_absolute() or model.startswith("."):
        raise NoModel(f"there is no folder {folder}")
    try:
        return Path(download_model(model, cache_dir=cache, local_files_only=not download))
    except (OSError, ValueError, RuntimeError) as why:
        raise NoModel(f"the model {model} cannot be had: {type(why).__name__}") from why


def known_models() -> tuple[str, ...]:
    """The names for which the engine knows a publisher."""
    return tuple(available_models())


def publisher_of(model: str) -> str | None:
    """PUBLISHER/NAME of a model given by a known name or already so; None for anything else."""
    if model.count("/") == 1 and not model.startswith((".", "/")):
        return model
    known: dict[str, str] = PUBLISHERS
    return known.get(model)


def model_name(model: str, folder: Path) -> str:
    """The model's name with a hash of its files, so that a stored line says exactly what heard it."""
    digest = hashlib.sha256()
    for file in ("config.json", "model.bin", "tokenizer.json", "preprocessor_config.json"):
        path = folder / file
        if path.is_file():
            digest.update(f"{file}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as handle:
                digest.update(hashlib.file_digest(handle, "sha256").digest())
    label = folder.name if Path(model).is_dir() else model
    prefix = REHEARSAL if (folder / "reliable.json").is_file() else ""
    return f"{prefix}{label}@{digest.hexdigest()[:12]}"

"""Speaks the rehearsal's sentences with espeak-ng and keeps them as small Opus files in config/rehearsal/voices.

The sentences are ones that the rehearsal's speech model knows; other texts or voices would come back as another
sentence. Run it after changing config/rehearsal/lines.json, then run the tests of tests/web/rehearsal.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from web.rehearsal.lines import LANGUAGES, VOICES, Line, Speaker, speakers


def speak(speaker: Speaker, line: Line, language: str, folder: Path) -> None:
    wav = folder / "spoken.wav"
    voice = ["-v", f"{language}+{speaker.variant}", "-s", str(speaker.speed), "-p", str(speaker.pitch)]
    subprocess.run(["espeak-ng", *voice, "-w", str(wav), line.texts[language]], check=True)
    opus = ["-c:a", "libopus", "-b:a", "24k", "-application", "voip", "-ar", "48000", "-ac", "1"]
    plain = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    target = str(line.voice(language))
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-i", str(wav), *opus, *plain, target], check=True)


def main() -> None:
    VOICES.mkdir(parents=True, exist_ok=True)
    wanted: set[Path] = set()
    with tempfile.TemporaryDirectory() as folder:
        for speaker in speakers().values():
            for line in speaker.lines:
                for language in LANGUAGES:
                    speak(speaker, line, language, Path(folder))
                    wanted.add(line.voice(language))
    for old in set(VOICES.glob("*.ogg")) - wanted:
        old.unlink()
    size = sum(file.stat().st_size for file in wanted)
    print(f"{len(wanted)} voices, {size // 1024} KiB")


if __name__ == "__main__":
    main()

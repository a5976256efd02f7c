"""Models of Whisper's real shapes with random weights: they cost what a real one costs and understand nothing.

The worker of the benchmark lets every call of the rehearsal model also wait for one of these, so that delays are
those of a court with a model of that size. ``python -m benchmarks.speech.shapes`` is that worker.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs.whisper_spec import WhisperConfig, WhisperSpec
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim

from transcripts import worker
from transcripts.recognition import BEAM, Ear, Reading
from transcripts.track import Piece
from transcripts.windows import Purpose

SIZES = {"tiny": (4, 6, 384), "base": (6, 8, 512), "small": (12, 12, 768)}
"""Layers, heads and width of encoder and decoder (OpenAI's model card)."""
VOCABULARY, MELS, FRAMES, CONTEXT = 51865, 80, 1500, 448
TOKENS = 40
SHADOW = "TYNDAU_BENCH_SHADOW"
"""Environment variable: the folder of the shape that stands beside the rehearsal model."""


def build(size: str, like: Path, out: Path) -> Path:
    """Write a random model of this size, with the vocabulary of the model in ``like``."""
    layers, heads, width = SIZES[size]
    rng = np.random.default_rng(1)

    def weights(*shape: int) -> Any:
        return (rng.standard_normal(shape) * 0.02).astype(np.float32)

    spec = WhisperSpec(layers, heads, layers, heads)
    encoder, decoder = spec.encoder, spec.decoder
    for conv, inside in ((encoder.conv1, MELS), (encoder.conv2, width)):
        conv.weight, conv.bias = weights(width, inside, 3), weights(width)
    encoder.position_encodings.encodings = weights(FRAMES, width)
    decoder.position_encodings.encodings = weights(CONTEXT, width)
    decoder.embeddings.weight = weights(VOCABULARY, width)
    decoder.projection.weight = decoder.embeddings.weight

    def norm(spec: Any) -> None:
        spec.gamma, spec.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def linear(spec: Any, outside: int, inside: int) -> None:
        spec.weight, spec.bias = weights(outside, inside), weights(outside)

    for layer in (*encoder.layer, *decoder.layer):
        norm(layer.self_attention.layer_norm)
        linear(layer.self_attention.linear[0], 3 * width, width)
        linear(layer.self_attention.linear[1], width, width)
        if hasattr(layer, "attention"):
            norm(layer.attention.layer_norm)
            for part, outside in zip(layer.attention.linear, (width, 2 * width, width), strict=True):
                linear(part, outside, width)
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, 4 * width, width)
        linear(layer.ffn.linear_1, width, 4 * width)
    norm(encoder.layer_norm)
    norm(decoder.layer_norm)
    known = WhisperModel(str(like), device="cpu").model
    del known
    spec.register_vocabulary([f"<{n}>" for n in range(VOCABULARY)])
    spec.config.alignment_heads = [[layers - 1, head] for head in range(heads)]
    spec.validate()
    spec.optimize(quantization="int8")
    out.mkdir(parents=True, exist_ok=True)
    spec.save(str(out))
    for file in ("tokenizer.json", "preprocessor_config.json", "vocabulary.json"):
        shutil.copy(like / file, out / file)
    given = (like / "config.json").read_text("utf-8")
    mine = WhisperConfig(alignment_heads=spec.config.alignment_heads).to_dict()
    (out / "config.json").write_text(_merged(given, mine), "utf-8")
    return out


def _merged(given: str, mine: dict[str, Any]) -> str:
    import json

    merged = json.loads(given) | {key: value for key, value in mine.items() if value}
    return json.dumps(merged)


class Shadowed(Ear):
    """An ear whose every call also pays for one call of a bigger model: one encode, forty tokens, word times."""

    def __init__(self, ear: Ear, shadow: Path, threads: int) -> None:
        self.__dict__.update(ear.__dict__)
        self._shadow: Any = WhisperModel(str(shadow), device="cpu", compute_type="int8", cpu_threads=threads)

    def _read(self, piece: Piece, track_language: str, purpose: Purpose, frames: int, hotwords: str | None) -> Reading:
        self._pay(piece, BEAM[purpose], frames)
        return super()._read(piece, track_language, purpose, frames, hotwords)

    def _pay(self, piece: Piece, beam: int, frames: int) -> None:
        model = self._shadow
        sound = model.encode(pad_or_trim(model.feature_extractor(piece.pcm)[..., :frames], frames))
        prompt = [50258, 50263, 50359, 50363]
        model.model.generate(sound, [prompt], beam_size=beam, max_length=TOKENS + len(prompt), suppress_tokens=[50257])


def load(wish: dict[str, Any]) -> Ear:
    return Shadowed(worker.load_ear(wish), Path(os.environ[SHADOW]), wish["threads"])


if __name__ == "__main__":
    sys.exit(worker.main(load))

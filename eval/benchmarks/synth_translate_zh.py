"""Drawn pages, signs and video frames, written out and then translated into Chinese.

Protocol: `eval.benchmarks.translated`: chrF++ and BLEU of the translation, CER of the source.
Prompt: "translate_zh".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from eval.benchmarks import drawn, translated
from eval.benchmarks.base import Item

NAME = "synth_translate_zh"
TASK = "translate_zh"
FOLDER = "runs/held_out/translate_zh"
LICENCE = drawn.LICENCE
MAIN, ERRORS = translated.MAIN, translated.ERRORS


def load(folder: Path) -> list[Item]:
    """The images of the manifest; the truth is both parts of the answer."""
    return drawn.items(folder, translated.truth)


measure, scores = partial(translated.measure, language="zh"), translated.scores

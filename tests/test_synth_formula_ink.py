"""Formulas as ink: true to their signs, the same everywhere, quick to refuse what cannot be drawn."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import random
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("matplotlib", reason="formulas are set by matplotlib")

from training.synth.formula import boxes
from training.synth.formula.ink import FONTSETS, MAX_HEIGHT, MAX_WIDTH, can_draw, draw
from training.synth.formula.invent import formula

_FORMULAS = Path(__file__).parents[2] / "shared/text/latex_oiwiki/formulas.tsv"
_SAMPLE = (
    "x",
    r"\displaystyle \sum_{i=1}^{n} \frac{a_i}{\sqrt[3]{b}} \le \left(\int_0^1 f\right)^2",
    r"f(x) = \begin{cases} 1, & \text{if } x > 0 \\ 0, & \text{otherwise} \end{cases}",
    r"\begin{aligned} a &= b + c \\ &= \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \end{aligned}",
    r"\underbrace{a + b}_{n} \xrightarrow{f} \overline{z} \in \mathbb{R}",
)


def _components(mask: NDArray[np.uint8]) -> int:
    return int(cv2.connectedComponents((mask > 60).astype(np.uint8))[0]) - 1


def _digest() -> str:
    found = hashlib.sha256()
    for fontset in FONTSETS:
        for latex in _SAMPLE:
            ink = draw(latex, 23.7, fontset)
            found.update(ink.mask.tobytes() + repr((ink.mask.shape, ink.baseline, ink.advance)).encode())
    return found.hexdigest()


@pytest.mark.parametrize("fontset", FONTSETS)
def test_ink_is_tight_and_stands_on_its_baseline(fontset: str) -> None:
    for latex in _SAMPLE:
        mask = draw(latex, 30, fontset).mask
        assert not mask[[0, -1]].any()
        assert not mask[:, [0, -1]].any()
        assert all(edge.any() for edge in (mask[1], mask[-2], mask[:, 1], mask[:, -2]))
    ink = draw("H", 30, fontset)
    assert abs(ink.mask.shape[0] - 1 - ink.baseline) <= 1
    deep = draw("g", 30, fontset)
    assert deep.mask.shape[0] - 1 - deep.baseline > 4


@pytest.mark.parametrize(
    ("latex", "parts"),
    [
        ("x+y", 3),
        (r"\frac{a}{b}", 3),
        (r"\sqrt{x}", 2),
        (r"\begin{matrix} a & b \\ c & d \end{matrix}", 4),
        (r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}^{n}", 7),
        (r"\begin{cases} a & b \\ c & d \end{cases}", 5),
        (r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}", 5),  # the two rules cross
        (r"\begin{aligned} a &= b \\ c &> d \end{aligned}", 7),
        (r"\substack{a \\ b}", 2),
        (r"\underbrace{a + b}_{n}", 5),
        (r"\overset{a}{x} \underset{b}{y} \stackrel{c}{z}", 6),
        (r"\xrightarrow[b]{a}", 3),
        (r"\left\{ \begin{matrix} a \\ b \end{matrix} \right.", 3),
        (r"\text{ab cd}", 4),
        (r"a \bmod b \pmod{c}", 11),
        (r"\operatorname{lca} \mathbf{x} \mathcal{A}", 5),
        (r"{a \over b} {n \choose k}", 7),
        (r"f''_1 \lbrace \lvert \land \lor \not= \rbrace", 10),
        (r"\boxed{x}", 2),
        ("a, \\\\ b.", 4),
        (r"\hat{x} + \overline{z} + \overrightarrow{A B}", 9),
    ],
)
def test_every_part_is_drawn(latex: str, parts: int) -> None:
    assert _components(draw(latex, 60, "stix").mask) == parts


@pytest.mark.parametrize(("one", "other"), [(r"\epsilon", r"\varepsilon"), (r"\phi", r"\varphi"), ("<", r"\leq")])
def test_different_signs_look_different(one: str, other: str) -> None:
    for fontset in FONTSETS:
        masks = [draw(latex, 40, fontset).mask for latex in (one, other)]
        assert masks[0].shape != masks[1].shape or (masks[0] != masks[1]).mean() > 0.05


@pytest.mark.parametrize(
    "latex",
    [
        "",
        "{}",
        r"\quad",
        r"\nosuchcommand",
        r"\frac{a}",
        "{a",
        "a}",
        r"\left( a",
        r"\begin{pmatrix} a",
        r"\begin{tikzpicture} a \end{tikzpicture}",
        "x^1^2",
        "中",
        "x % y",
        r"a \tag{1}",
        r"\mathcal{abc}",  # Computer Modern has other signs there
        r"\mathbb{1}",
        r"\check{x}",
        r"\text{a_b}",
        r"\color{red} x",
        r"\not\alpha",
        "$x$",
    ],
)
def test_what_cannot_be_drawn_truly_is_refused(latex: str) -> None:
    for _ in range(2):  # also when a part was remembered
        with pytest.raises(ValueError, match=r"^[^\n]+$"):
            draw(latex, 30, "cm")
    assert not can_draw(latex)


@pytest.mark.parametrize(
    "latex",
    [
        "x" * 5000,
        "{" * 700 + "x" + "}" * 700,
        r"\frac{" * 150 + "x" + "}{y}" * 150,
        "x^{" * 300 + "y" + "}" * 300,
        r"\left(" * 100 + "x" + r"\right)" * 100,
        r"\sqrt" * 300 + "x",
        "&" * 1400,
        r"\hat" * 300 + "x",
        r"\qquad " * 180 + "x",
        "\\\\x" * 400,
        r"\begin{matrix}" * 60,
        "\\",
        "\0\x1b",
    ],
)
def test_hostile_formulas_end_quickly(latex: str) -> None:
    start = time.perf_counter()
    try:
        mask = draw(latex, 40, "cm").mask
        assert mask.shape[0] <= MAX_HEIGHT + 80
        assert mask.shape[1] <= MAX_WIDTH + 80
    except ValueError:
        pass
    assert time.perf_counter() - start < 5


def test_sizes_and_fonts_are_checked() -> None:
    with pytest.raises(ValueError, match="fontset"):
        draw("x", 20, "comic")
    for size in (0, -3, float("nan"), 1e9):
        with pytest.raises(ValueError, match="size"):
            draw("x", size, "cm")


def test_the_same_bytes_in_any_process() -> None:
    here = _digest()
    draw("a + b", 31, "stix")
    with pytest.raises(ValueError, match="LaTeX"):
        draw(r"\operatorname{a}_{\nosuch}", 31, "cm")  # a failure leaves nothing behind
    assert _digest() == here
    code = "import tests.test_synth_formula_ink as t; print(t._digest())"
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert fresh.stdout.strip() == here, fresh.stderr


@pytest.mark.parametrize("display", [False, True])
def test_invented_formulas_can_be_drawn(display: bool) -> None:
    found = [formula(random.Random(seed), display) for seed in range(500)]
    assert found == [formula(random.Random(seed), display) for seed in range(500)]
    assert len(set(found)) > 480
    for latex in found:
        draw(("\\displaystyle " if display else "") + latex, 12, "cm")


def test_real_formulas_keep_their_glyphs() -> None:
    """As many separate pieces of ink as the formula's glyphs allow: a dropped part would show."""
    if not _FORMULAS.is_file():
        pytest.skip("no ../shared/text/latex_oiwiki/formulas.tsv on this machine")
    latex_metric = pytest.importorskip("eval.metrics.latex")
    rows = [line.rstrip("\n").split("\t")[2] for line in _FORMULAS.read_text(encoding="utf-8").splitlines()]
    compared, ratios = 0, []
    for latex in random.Random(3).sample(rows, 300):
        try:
            ink = draw(latex, 48, "cm")
            glyphs = len([glyph for glyph in latex_metric.glyphs(latex) if glyph.text.strip()])
        except ValueError:
            continue
        compared += 1
        ratios.append(_components(ink.mask) / glyphs)
        assert 0.5 <= ratios[-1] <= 2.6, json.dumps(latex)
    assert compared > 270
    assert 0.9 < sum(ratios) / len(ratios) < 1.35


def test_a_forked_process_opens_its_own_fonts() -> None:
    """Shared open files would be read by both at once, at places that neither expects."""
    here = fonts_of("x+y")
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        there = pool.submit(fonts_of, "x+y").result()
    assert here == fonts_of("x+y")
    assert not here & there


def fonts_of(latex: str) -> set[int]:
    return {id(mark.font) for mark in boxes.run(latex, "cm").marks if isinstance(mark, boxes.Glyph)}

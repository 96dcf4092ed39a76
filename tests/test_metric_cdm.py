from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("latex2mathml")

from eval.metrics import latex as latex_module
from eval.metrics.cdm import cdm, tokens
from eval.metrics.latex import glyphs

FORMULAS = Path(__file__).parents[2] / "shared" / "data" / "formulas" / "manifest.jsonl"


def texts(latex: str) -> str:
    return "".join(glyph.text.replace("fraction bar", "—") for glyph in glyphs(latex))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"{a \over b}", r"\frac{a}{b}"),
        (r"\frac ab", r"\dfrac{a}{b}"),
        ("x^2", "x^{2}"),
        ("x_i^2", "x^2_i"),
        ("f''", r"f^{\prime\prime}"),
        (r"a\,b\quad c+d", "a b c + d"),
        (r"\hspace{1cm} a \hskip 2pt b", "ab"),
        (r"{\cal L}_{\rm eff}\label{eq:1_a}", r"\mathcal{L}_{\text{eff}}"),
        (r"\sin x", r"\mathrm{sin}\,x"),
        (r"\left(\frac{a}{b}\right)", r"\Big(\frac{a}{b}\Big)"),
        (r"\pmatrix{a & b \cr c & d}", r"\begin{pmatrix} a & b \\[2pt] c & d \end{pmatrix}"),
        (
            r"\begin{array}{rcl} a & = & b \\ c & = & d \end{array}",
            r"\begin{aligned} a & = & b \\ c & = & d \end{aligned}",
        ),
        (r"a & = & b \\ c & = & d", r"\begin{eqnarray} a & = & b \\ c & = & d \end{eqnarray}"),
        (r"\stackrel{a}{=}", r"\overset{a}{=}"),
        (r"n \choose k", r"\binom nk"),
        (r"\ldots", "..."),
        (r"$$\alpha$$", "α"),
        (r"\not\in", r"\notin"),
        ("a % a comment\n b", "ab"),
    ],
)
def test_what_looks_the_same_scores_one(one: str, other: str) -> None:
    assert cdm(one, other).exact
    assert [glyph.text for glyph in tokens(one)] == [glyph.text for glyph in tokens(other)]


def test_tokens_by_hand() -> None:
    assert texts(r"\sqrt[3]{x} + \frac{a}{\bar b}") == "3√x+a—¯b"
    assert texts(r"\sum_{i=1}^n \mathbf{x}_i \cdots") == "∑i=1nxi..."
    assert texts(r"\left\{ \vec E \right.") == "{→E"
    assert texts("{}^{*}d") == "*d"


def test_positions_by_hand() -> None:
    above, bar, below = glyphs(r"\frac{1}{2}")
    assert above.bottom > bar.top > bar.bottom > below.top
    base, low, high = glyphs("x_1^2")
    assert low.top < high.bottom
    assert low.left == high.left == base.right
    (limit, *_), (beside, *_) = glyphs(r"\sum_i")[1:], glyphs(r"\int_i")[1:]
    assert limit.right < glyphs(r"\sum")[0].right
    assert beside.left > glyphs(r"\int")[0].left + 0.5
    a, b, c, d = glyphs(r"\begin{matrix} a & b \\ c & d \end{matrix}")
    assert a.bottom == b.bottom > c.top
    assert (a.left + a.right, b.left + b.right) == pytest.approx((c.left + c.right, d.left + d.right))


def test_counts_by_hand() -> None:
    # a + b against a + c: 2 of 3 tokens match: F1 = 2 * 2 / 6.
    assert cdm("a+b", "a+c") == (2, 3, 3, False, True)
    assert cdm("a+b", "a+c").f1 == pytest.approx(2 / 3)
    # A missing degree: 2 matches, 2 read, 3 there.
    assert cdm(r"\sqrt{a}", r"\sqrt[3]{a}") == (2, 2, 3, False, True)
    # Upside down: the bar fits with one of the letters, not with both.
    assert cdm(r"\frac{a}{b}", r"\frac{b}{a}") == (2, 3, 3, False, True)
    # As published, blocks of three that move as one are forgiven.
    assert cdm(r"\frac{abc}{xyz}", r"\frac{xyz}{abc}").exact
    assert cdm("abcdef", "fedcba").f1 < 0.7


def test_one_wrong_token_in_the_middle_costs_itself() -> None:
    truth = r"E = \frac{m c^2}{\sqrt{1 - v^2}} + \sum_k a_k x^k"
    assert cdm(truth.replace("v", r"\aleph "), truth) == (17, 18, 18, False, True)
    assert cdm(truth.replace("v^2", "v"), truth) == (17, 17, 18, False, True)


def test_unrelated_formulas_score_near_zero() -> None:
    assert cdm(r"\int f(x)\,dx = 0", r"\sum g_k^2 \over 3").f1 == 0
    assert cdm("", "x") == (0, 0, 1, False, True)


def test_unrenderable_truth_is_counted_apart_and_prediction_scores_zero() -> None:
    for broken in [
        r"\foo x",
        "{a",
        "a}",
        r"\frac{a}",
        "x^a^b",
        r"\left( a",
        r"\begin{foo} a \end{foo}",
        r"\def\a{b}\a",
    ]:
        assert cdm("x", broken) == (0, 0, 0, False, False), broken
        assert cdm(broken, "x") == (0, 0, 1, False, True), broken
    assert not cdm("x", "").renderable
    assert not cdm("x", "% all of it a comment").renderable


@pytest.mark.parametrize(
    "hostile",
    [
        "{" * 5000,
        "}" * 5000,
        "{" * 40 + "a" + "}" * 40,
        r"\frac{a}{" * 500,
        r"\left(" * 800,
        "x^" * 2500,
        r"\begin{matrix}" * 300,
        "a" * 100_000,
        "&" * 4000,
        r"\\" * 2400,
        r"\newcommand{\a}{\a\a}\a",
        "\\",
        "\\left",
        "\\not",
        "\\begin",
        "\\sqrt[",
        "a\x00\ud800\\",
        "[" * 5000,
    ],
)
def test_hostile_latex_ends(hostile: str) -> None:
    assert cdm(hostile, "x+1").f1 < 0.5
    assert not cdm("y", hostile).exact


def test_deep_but_legal_nesting_is_laid_out() -> None:
    assert len(glyphs(r"\left(\frac{" * 9 + "a" + r"}{b}\right)" * 9)) == 9 * 4 + 1


def test_without_the_symbol_table_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    latex_module.symbol.cache_clear()
    monkeypatch.setitem(sys.modules, "latex2mathml.symbols_parser", None)
    with pytest.raises(ImportError, match=r"hyocr\[eval\]"):
        cdm(r"\aleph\beth\gimel", "x")


@pytest.mark.skipif(not FORMULAS.exists(), reason="shared formulas are not here")
def test_nearly_all_dev_formulas_are_laid_out_and_equal_themselves() -> None:
    rows = [json.loads(line) for line in FORMULAS.read_text(encoding="utf-8").splitlines()]
    truths = [row["latex"] for row in rows if row["split"] == "dev"]
    scores = [cdm(truth, truth) for truth in truths]
    assert sum(not score.renderable for score in scores) == 1  # one is a comment from start to end
    assert all(score.exact for score in scores if score.renderable)
    shuffled = [cdm(other, truth).f1 for other, truth in zip(truths[7:] + truths[:7], truths, strict=True)]
    assert sum(shuffled) / len(shuffled) < 0.2

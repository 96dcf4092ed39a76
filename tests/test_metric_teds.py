"""TEDS against the published metric's scores, and against values worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.metrics.teds import MAX_CHARACTERS, MAX_NODES, teds, teds_or_zero

GOLDENS = Path(__file__).parents[2] / "shared" / "goldens"


def rows(*cells: str) -> str:
    return "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split('|'))}</tr>" for row in cells)


def golden(name: str):
    path = GOLDENS / name
    if not path.exists():
        pytest.skip("the golden values are not here")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("structure", "scores"),
    [(False, "samples"), (True, "structure_only_samples_computed_here")],
    ids=["TEDS", "TEDS-S"],
)
def test_golden_pubtabnet_samples(structure, scores):
    predictions, truths = golden("teds/sample_pred.json"), golden("teds/sample_gt.json")
    expected = golden("teds/expected_scores.json")[scores]
    assert len(expected) == 20
    found = {name: teds(predictions.get(name, ""), truths[name]["html"], structure) for name in expected}
    assert found == pytest.approx(expected, abs=1e-12)


def test_golden_omnidocbench_tables():
    tables = golden("omnidocbench/end2end_quick_match_table_result.json")
    scores = [teds(table["norm_pred"], table["norm_gt"]) for table in tables]
    assert sum(scores) / len(scores) == pytest.approx(0.7838125415599836, abs=1e-12)
    structures = [teds(table["norm_pred"], table["norm_gt"], structure_only=True) for table in tables]
    assert sum(structures) / len(structures) == pytest.approx(0.9115887, abs=5e-8)


def test_golden_pubtabnet_pair():
    """The pair of PubTabNet's demonstration (CDLA-Permissive): the cells that differ; the others equal one another."""
    page = "<html><body><table><thead>{}</thead><tbody>{}</tbody></table></body></html>"
    truth = page.format(
        rows("<b>Name of algorithm</b>|<b>Notable features</b>"),
        rows("=|=", "SICER [14]|=", "PeakSeq [24]|=", "=|=", "=|="),
    )
    prediction = page.format(
        rows("<b>Name of algori</b>|<b>Notablefeatures</b>"),
        rows("=|=", "SICER [15]|=", "PeakSEQ [24]|=", "=|=", "=|="),
    )
    assert teds(prediction, truth) == pytest.approx(0.9781765018607124, abs=1e-15)
    # By hand: 22 elements below the table; <b> and </b> are one token each.
    assert teds(prediction, truth) == pytest.approx(1 - (3 / 19 + 1 / 18 + 1 / 10 + 2 / 12) / 22)
    assert teds(prediction, truth, structure_only=True) == 1.0


@pytest.mark.parametrize(
    ("prediction", "truth", "score", "structure"),
    [
        (rows("a|b"), rows("a|b"), 1, 1),
        (rows("ax|b"), rows("ay|b"), 1 - 0.5 / 3, 1),  # half of one cell, three elements
        (rows("a|b"), rows("a|b", "c|d"), 1 - 3 / 6, 1 - 3 / 6),  # a row of two cells is missing
        ("<tr><td colspan=2>a</td></tr>", "<tr><td>a</td></tr>", 1 - 1 / 2, 1 - 1 / 2),
        ("<tr><td colspan=x>a</td></tr>", "<tr><td>a</td></tr>", 1, 1),  # no number: 1
        ("<tr><th>a</th></tr>", "<tr><th>b</th></tr>", 1, 1),  # only td has content
        ("<tr><th>a</th></tr>", "<tr><td>a</td></tr>", 1 - 1 / 2, 1 - 1 / 2),
        (f"<tbody>{rows('a')}</tbody>", rows("a"), 1 - 1 / 3, 1 - 1 / 3),
        (rows("<i>a</i>"), rows("a"), 1 - (2 / 3) / 3, 1),  # <i> counts as an element of the table and as a token
        (rows("a<unk>b"), rows("ab"), 1 - (1 / 3) / 3, 1),  # <unk> has no closing tag
        (rows("a<!-- c -->b<?p q?>c"), rows("abc"), 1, 1),
        (rows("", ""), rows("", "x"), 1 - 1 / 4, 1),
        ("", rows("a"), 0, 0),
        ("", "", 1, 1),
        (rows("1|2|3|4"), rows("1", "2", "3", "4"), 1 - 5 / 8, 1 - 5 / 8),  # the row goes, a row for each cell comes
        (rows("||"), "<div>" * 4, 1 - 6 / 4, 1 - 6 / 4),  # flat against deep: 2 change, 2 go, 2 come
    ],
)
def test_by_hand(prediction, truth, score, structure):
    prediction, truth = f"<table>{prediction}</table>", f"<table>{truth}</table>"
    assert teds(prediction, truth) == pytest.approx(score)
    assert teds(truth, prediction) == pytest.approx(score)
    assert teds(prediction, truth, structure_only=True) == pytest.approx(structure)


@pytest.mark.parametrize("nothing", ["", "  \n", "no table", "<!-- <table> -->", "<?xml version='1.0'?>", "<tr><td>a"])
def test_no_table_scores_zero(nothing):
    assert teds(nothing, f"<table>{rows('a')}</table>") == teds(f"<table>{rows('a')}</table>", nothing) == 0.0


def test_the_first_table_counts_wherever_it_stands():
    table = f"<table>{rows('a|b')}</table>"
    page = f"<?xml version='1.0' encoding='utf-16'?><p>See:<div>{table}</div><table>{rows('c')}</table>"
    assert teds(page, table) == 1.0


def test_a_table_in_a_cell_is_content():
    inner = f"<table>{rows('b|c')}</table>"
    assert teds(f"<table>{rows('a' + inner)}</table>", f"<table>{rows('a')}</table>", structure_only=True) == 1.0
    # The other cell's tokens: a <table> <tr> <td> b </td> <td> c </td> </tr> </table>; 2 and 6 elements.
    assert teds(f"<table>{rows('a' + inner)}</table>", f"<table>{rows('a')}</table>") == pytest.approx(
        1 - (10 / 11) / 6
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<table>" + "<div>" * 90_000,
        "<table><tr><td>" + "<b>" * 100_000 + "x",
        "<table>" + "<tr><td><table>" * 30_000,
        "<table><tr><td>\x00\ud800\udfff\U0010ffff",
        f"<table><tr><td colspan={'9' * 10_000} rowspan=-1>a",
        "<table><tr><td a:b='c'><svg:x/></svg:x>&#0;&#xFFFFFFFF;&unknown;",
        "<table" * 1000,
    ],
    ids=["deep", "deep cell", "deep tables", "no Unicode", "wide", "namespaces", "unclosed"],
)
def test_hostile_html_is_scored(hostile):
    assert teds(hostile, f"<table>{rows('a|b', 'c|d')}</table>") < 1
    assert teds(hostile, hostile) in (0.0, 1.0)


def test_two_deep_tables_can_be_compared():
    assert teds("<table>" + "<div>" * 200, "<table><p>" + "<div>" * 200) == pytest.approx(1 - 1 / 201)


def test_what_is_too_large_is_refused():
    table = f"<table>{rows('a')}</table>"
    many = "<table>" + "<tr>" * (MAX_NODES + 1)
    with pytest.raises(ValueError, match=f"at most {MAX_NODES} elements; the predicted one has {MAX_NODES + 1}"):
        teds(many, table)
    with pytest.raises(ValueError, match="the true one has"):
        teds(table, many)
    with pytest.raises(ValueError, match=r"at most 3 elements"):
        teds(table, f"<table>{rows('a', 'b')}</table>", max_nodes=3)
    with pytest.raises(ValueError, match="characters; the predicted one"):
        teds("<table><tr><td>" + "x" * MAX_CHARACTERS, table)


def test_scores_below_zero_and_tables_too_large_count_as_zero():
    table, flat = f"<table>{rows('a', 'b', 'c')}</table>", "<table>" + "<p></p>" * 3
    deep = "<table>" + "<div>" * 4
    assert teds(flat, deep) < 0 == teds_or_zero(flat, deep)
    assert teds_or_zero(table, table) == 1
    assert teds_or_zero(table, table, max_nodes=5) == 0
    other = f"<table>{rows('a', 'b', 'x')}</table>"
    assert teds_or_zero(table, other) == pytest.approx(1 - 1 / 6)
    assert teds_or_zero(table, other, structure_only=True) == 1

"""Words behind commas: which they are, and where they are looked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from eval import commas
from eval.predictions import Prediction
from eval.receipts_data import Receipt
from hyocr.document import Box, Line
from tests.receipts_folder import make_receipts

PAGE = Receipt(
    Path("a.png"),
    (200, 100),
    ["NO 5, JALAN SAGU, TAMAN DAYA", "TOTAL 1,200.00"],
    [(0, 0, 200, 20), (0, 40, 200, 60)],
    {},
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("NO 5, JALAN A, B", ("NO 5", " JALAN A, B")),
        ("NO 5,JALAN", ("NO 5", "JALAN")),
        ("TOTAL 1,200.00", ("TOTAL 1,200.00", "")),
        ("1,200 , X", ("1,200 ", " X")),
        ("A, 2", ("A", " 2")),
        ("none", ("none", "")),
    ],
)
def test_a_line_ends_at_its_first_comma(text: str, parts: tuple[str, str]) -> None:
    assert commas.split_at_comma(text) == parts


def test_words_are_looked_for_on_the_page_and_in_their_line() -> None:
    lines = (
        Line("No 5, Jalan", Box(0, 2, 100, 20)),
        Line("total", Box(0, 40, 80, 60)),
        Line("Daya", Box(0, 80, 60, 99)),
    )
    found = commas.counts([PAGE], {"a": Prediction("a", "No 5, Jalan\ntotal\nDaya", lines)})
    assert found[commas.BEHIND] == {"words": 4, "page": 2, "line": 1}
    assert found[commas.OTHER] == {"words": 2 + 4, "page": 3, "line": 3}


def test_a_slanted_line_counts_by_the_box_around_it() -> None:
    corners = ((0.0, 0.0), (200.0, 4.0), (200.0, 20.0), (0.0, 16.0))
    found = commas.counts([PAGE], {"a": Prediction("a", "", [Line("taman daya", polygon=corners)])})
    assert found[commas.BEHIND] == {"words": 4, "page": 2, "line": 2}


def test_the_command_prints_both_shares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_receipts(tmp_path / "receipts")
    path = tmp_path / "predictions.jsonl"
    path.write_text(Prediction("a", "TEA HOUSE", [Line("TEA", Box(28, 30, 192, 64))]).to_json() + "\n", "utf-8")
    asked = ["commas", "--predictions", str(path), "--data", str(folder)]
    monkeypatch.setattr(sys, "argv", [*asked, "--answered"])
    commas.main()
    _, behind, other = capsys.readouterr().out.splitlines()
    assert behind.split()[-3:] == ["0", "0.0%", "0.0%"]
    assert other.split()[-3:] == ["8", "25.0%", "12.5%"]
    monkeypatch.setattr(sys, "argv", [*asked[:2], str(tmp_path / "none"), *asked[3:]])
    with pytest.raises(SystemExit, match="cannot be read"):
        commas.main()

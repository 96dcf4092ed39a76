"""The evaluation report: differences, escaping, order, and the page as a browser runs it."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from eval import diff as difference
from eval.benchmarks.base import Item, Number
from eval.diff import Change, diff
from eval.predictions import Prediction
from eval.report import CHARACTERS, SIDE, shown, worst_first, write_report
from eval.scoring import PageScore
from hyocr.document import Box, Line

RECEIPT = Path(__file__).parents[1] / "examples" / "receipt.jpg"
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
HOSTILE = (
    '</script></div></title><script>document.documentElement.dataset.hostile = "ran"</script>'
    "<img src=x onerror=\"document.documentElement.dataset.hostile='ran'\">"
    '<a href="javascript:document.documentElement.dataset.hostile=1">\'"&amp;{{ 7 * 7 }}]]>--><!--'
)
TRUTH = """HOME MASTER HARDWARE &
ELECTRICAL
NO.113G & 115G, JALAN SETIA GEMBILANG
U13/BG BANDAR SETIA ALAM,
40170 BANDAR SETIA ALAM,
SELANGOR.

Invoice No.: CS 67832
Date : 22/12/2017 14:03
24MMx7Y M.ONE TAPE
Total Amt Rounded 15.90
Payment : 50.00
Change Due : 34.10"""
ANSWER = """HOME MASTER HARDWARE &
ELECTRlCAL
NO.113G & 115G, JALAN SETIA GEMBLANG
U13/BG BANDAR BANDAR SETIA ALAM
40170 BANDAR SETIA ALAM,
SELANGOR.

Invoice No.: CS 678S2
24MMx7Y M.ONE TAPE
Total Amt Rounded 15.98
Payment : 50.00
CASHIER
Change Due : 34.10"""


class Receipts:
    """A benchmark of which only what the report asks for is there."""

    NAME, TASK, FOLDER, LICENCE, MAIN = "receipts", "read", "receipts", "none", "cer"
    ERRORS = frozenset({"cer"})

    def load(self, folder: Path) -> list[Item]:
        raise NotImplementedError

    def measure(self, item: Item, prediction: Prediction) -> dict[str, float]:
        raise NotImplementedError

    def scores(self, sums: Mapping[str, Number]) -> dict[str, Number]:
        raise NotImplementedError


SUMMARY: dict[str, Any] = {
    "benchmark": "receipts",
    "system": "hyocr-nano",
    "items": 7,
    "missing": 1,
    "failed": 1,
    "scores": {
        "cer": {"value": 0.1834, "low": 0.1502, "high": 0.2211},
        "word_f1": {"value": 0.7612, "low": 0.7101, "high": 0.8033},
    },
    "confidence": {"pages": 4.0, "ece": 0.081, "aurc": 0.052, "risk": 0.21},
    "seconds": {"mean": 0.612, "median": 0.55, "p95": 1.04},
    "settings": {"model": "nano", "strategy": "lines", "threads": "2"},
}


def receipt() -> Image.Image:
    return Image.open(RECEIPT).convert("RGB")


def strip() -> Image.Image:
    return receipt().crop((130, 40, 600, 90))


def broken() -> Image.Image:
    raise OSError("cannot identify <image> file")


def page(name: str, cer: float, word_f1: float, prediction: Prediction | None, **item: Any) -> PageScore:
    item = {"image": receipt, "truth": None, "text": TRUTH} | item
    return PageScore(Item(name, **item), prediction, {}, {"cer": cer, "word_f1": word_f1})


def samples() -> list[PageScore]:
    lines = [
        Line("HOME MASTER HARDWARE &", Box(144, 48, 568, 84), confidence=0.91),
        Line(HOSTILE, polygon=((72, 122), (625, 115), (626, 145), (73, 152)), confidence=0.4),
        Line("nowhere", Box(float("nan"), 0, float("inf"), 1)),
    ]
    good = Prediction("", ANSWER, lines, seconds=0.61, tokens=212, finish_reason="stop", confidence=0.874)
    arabic = "فاتورة رقم ١٢٣\nالمجموع 8.20 RM"
    return [
        page("X51005361883", 0.12, 0.45, replace(good, raw="<ref>raw</ref>"), text=TRUTH),
        page("X51005361884", 0.0, 1.0, Prediction("", TRUTH, seconds=0.5, finish_reason="stop", confidence=0.99)),
        page("missing", 1.0, 0.0, None),
        page(HOSTILE, 0.9, 0.1, replace(good, output=HOSTILE, error=HOSTILE, status="failed"), text=HOSTILE + " <b>"),
        page("long", 0.95, 0.05, Prediction("", "la " * 20_000, finish_reason="length", status="partial")),
        page("line", 0.3, 0.5, Prediction("", arabic.replace("8.20", "8.80")), image=strip, text=arabic),
        page("no-image", 0.3, 0.6, Prediction("", "总计 8.20 元 \ud800"), image=broken, text="总计: 8.20 元"),
    ]


@pytest.mark.parametrize(
    ("truth", "answer", "changes"),
    [
        ("same text", "same text", [("same", "same text")]),
        ("", "new", [("inserted", "new")]),
        ("gone", "", [("deleted", "gone")]),
        ("", "", []),
        ("TOTAL 8.20", "TOTA1 8.20", [("same", "TOTA"), ("deleted", "L"), ("inserted", "1"), ("same", " 8.20")]),
        # Nothing alike within the word: replaced as a whole.
        (
            "pay cash now",
            "pay bond now",
            [("same", "pay "), ("deleted", "cash "), ("inserted", "bond "), ("same", "now")],
        ),
        # A word more, not letters taken from its neighbours.
        ("one two three", "one three", [("same", "one "), ("deleted", "two "), ("same", "three")]),
        # The last word is almost the same, those before it are gone.
        (
            "B C D 0061-T",
            "0O61-T",
            [("deleted", "B C D "), ("same", "0"), ("deleted", "0"), ("inserted", "O"), ("same", "61-T")],
        ),
        # Chinese has no spaces: characters are words.
        ("中文字符", "中大字符", [("same", "中"), ("deleted", "文"), ("inserted", "大"), ("same", "字符")]),
    ],
)
def test_diff(truth: str, answer: str, changes: list[tuple[str, str]]) -> None:
    assert diff(truth, answer) == [Change(*change) for change in changes]  # type: ignore[arg-type]


@pytest.mark.parametrize("pair", [(TRUTH, ANSWER), (ANSWER, TRUTH), (HOSTILE, TRUTH), ("a\ud800 b", "a b\r\n\0")])
def test_diff_keeps_every_character(pair: tuple[str, str]) -> None:
    changes = diff(*pair)
    sides = [
        "".join(change.text for change in changes if change.kind in kinds)
        for kinds in (("same", "deleted"), ("same", "inserted"))
    ]
    assert sides == list(pair)
    kinds = [change.kind for change in changes]
    neighbours = list(itertools.pairwise(kinds))
    assert all(left != right for left, right in neighbours)
    assert ("inserted", "deleted") not in neighbours


def test_diff_does_not_align_what_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    word = "x" * difference.CHARACTERS
    assert diff(word + "a", word + "b") == [Change("deleted", word + "a"), Change("inserted", word + "b")]
    monkeypatch.setattr(difference, "WORDS", 4)
    assert diff("1 2 3 4 5", "1 2 3 4") == [Change("deleted", "1 2 3 4 5"), Change("inserted", "1 2 3 4")]
    assert diff("1 2 3 4 5", "1 2 3 4 5") == [Change("same", "1 2 3 4 5")]


def test_worst_first_and_ties_by_id() -> None:
    benchmark = Receipts()
    pages = [page(name, cer, f1, None) for name, cer, f1 in [("b", 0.5, 0.1), ("c", 0.9, 0.2), ("a", 0.5, 0.9)]]
    assert [page.item.id for page in worst_first(benchmark, pages)] == ["c", "a", "b"]
    benchmark.MAIN = "word_f1"
    assert [page.item.id for page in worst_first(benchmark, pages)] == ["b", "c", "a"]


class Structure(HTMLParser):
    """The start tags, and the texts of elements by their class."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_what_comes_from_data_never_becomes_markup(tmp_path: Path) -> None:
    summary = SUMMARY | {"system": HOSTILE, "benchmark": HOSTILE, "settings": {HOSTILE: HOSTILE}}
    html = write_report(tmp_path, Receipts(), samples(), summary).read_text(encoding="utf-8")
    structure = Structure(html)
    assert structure.all("script") == [{}]
    assert not structure.all("a")
    assert all(re.fullmatch(r"images/\d{5}-[0-9a-f]{12}\.jpg", image["src"] or "") for image in structure.all("img"))
    names = {name for _, attributes in structure.tags for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in {"href", "style"}}
    assert all(set(attributes) <= {"class"} for attributes in structure.all("b"))  # the <b> of a truth is none of them
    assert "{{ 7 * 7 }}" in html
    assert any(section.get("data-id") == HOSTILE for section in structure.all("details"))
    assert "http" not in html.replace("http-equiv", "")
    assert "url(" not in html


def test_everything_known_of_a_page_is_said(tmp_path: Path) -> None:
    html = write_report(tmp_path, Receipts(), samples(), SUMMARY).read_text(encoding="utf-8")
    structure = Structure(html)
    sections = [section for section in structure.all("details") if section.get("class") == "page"]
    order = ["missing", "long", HOSTILE, "line", "no-image", "X51005361883", "X51005361884"]
    assert [section["data-id"] for section in sections] == order
    assert ["open" in section for section in sections] == [True] * 3 + [False] * 4
    assert sections[1]["data-scores"] == "0.95 0.05 "
    for words in (
        "No prediction: this page was never answered.",
        "40,000 more characters are not shown.",
        "Only the first 20,000 characters of each are compared.",
        "the image cannot be opened: cannot identify &lt;image&gt; file",
        "18.34",
        "15.02 % to 22.11 %",
        "known of 4 pages: expected calibration error 8.10 %",
        "<dt>finish reason</dt><dd>length</dd>",
        "<dt>confidence</dt><dd>0.874</dd>",
        "<dt>boxes</dt><dd>2 drawn, 3 lines</dd>",
        "ELECTR<del>I</del><ins>l</ins>CAL",
        "<del>Date : 22/12/2017 14:03↵\n</del>",
        "\\ud800",
    ):
        assert words in html
    points = [polygon["points"] for polygon in structure.all("polygon")]
    assert points[-2:] == [
        "144.00,48.00 568.00,48.00 568.00,84.00 144.00,84.00",
        "72.00,122.00 625.00,115.00 626.00,145.00 73.00,152.00",
    ]


def test_what_is_unknown_of_a_run_is_left_out(tmp_path: Path) -> None:
    known = SUMMARY | {"settings": {}, "confidence": None, "seconds": None}
    html = write_report(tmp_path, Receipts(), [page("a", 0.5, 0.5, None)], known).read_text(encoding="utf-8")
    assert "None" not in html
    assert "Confidence, known" not in html
    assert "95th percentile" not in html


def test_a_long_text_is_cut() -> None:
    assert shown("x" * CHARACTERS).hidden == 0
    assert shown("x" * CHARACTERS + "yz") == ("x" * CHARACTERS, 2)


def test_images_are_small_and_made_once(tmp_path: Path) -> None:
    opened = 0

    def large() -> Image.Image:
        nonlocal opened
        opened += 1
        return Image.new("RGB", (3000, 1500), "white")

    answer = Prediction("", "x", [Line("x", Box(0, 0, 3000, 9))])
    pages = [page("../../evil", 0.5, 0.5, answer, image=large)]
    first = write_report(tmp_path, Receipts(), pages, SUMMARY).read_bytes()
    assert write_report(tmp_path, Receipts(), pages, SUMMARY).read_bytes() == first
    assert opened == 1
    (copy,) = (tmp_path / "images").iterdir()
    with Image.open(copy) as image:
        assert image.size == (SIDE, SIDE // 2)
    copy.write_bytes(copy.read_bytes()[:5])
    write_report(tmp_path, Receipts(), pages, SUMMARY)
    assert opened == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "report.html"]
    assert b'viewBox="0 0 3000 1500"' in first


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = samples()
    reports = [
        write_report(tmp_path / name, Receipts(), order, SUMMARY)
        for name, order in [("a", pages), ("b", pages), ("c", samples())]
    ]
    assert len({path.read_bytes() for path in reports}) == 1
    images = [sorted((path.parent / "images").iterdir()) for path in reports]
    assert len(images[0]) == len(pages) - 1
    assert [path.read_bytes() for path in images[0]] == [path.read_bytes() for path in images[1]]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("report"), Receipts(), samples(), SUMMARY)


def browse(report: Path, *options: str) -> str:
    if CHROMIUM is None:
        pytest.skip("no program chromium-headless-shell or chromium is installed")
    always = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--enable-logging=stderr"]
    finished = subprocess.run(
        [CHROMIUM, *always, *options, report.as_uri()], capture_output=True, text=True, timeout=300, check=True
    )
    consoles = [line for line in finished.stderr.splitlines() if "CONSOLE" in line]
    assert not consoles, "\n".join(consoles)
    return finished.stdout


def test_the_script_runs_and_no_other(report: Path) -> None:
    dom = browse(report, "--dump-dom")
    (root,) = Structure(dom).all("html")
    assert root["data-visible"] == "7"
    assert "data-hostile" not in root
    assert ">7 of 7 pages</output>" in dom


def test_the_policy_stops_any_other_script(report: Path, tmp_path: Path) -> None:
    html = report.read_text(encoding="utf-8").replace("</body>", "<script>document.title = 'ran'</script></body>")
    (tmp_path / "other.html").write_text(html, encoding="utf-8")
    with pytest.raises(AssertionError, match="Content Security Policy"):
        browse(tmp_path / "other.html", "--dump-dom")


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("find.value = 'GEMBLANG'; find.dispatchEvent(new Event('input'))", ["X51005361883"]),
        ("find.value = 'no-IM '; find.dispatchEvent(new Event('input'))", ["no-image"]),
        (
            "sort.value = 1; sort.dispatchEvent(new Event('change'))",
            ["missing", "long", HOSTILE, "X51005361883", "line", "no-image", "X51005361884"],
        ),
    ],
)
def test_pages_are_found_and_sorted(report: Path, tmp_path: Path, action: str, order: list[str]) -> None:
    html = report.read_text(encoding="utf-8")
    acted = re.sub("<meta http-equiv.*?>", "", html).replace("</body>", f"<script>{action}</script></body>")
    (tmp_path / "acted.html").write_text(acted, encoding="utf-8")
    dom = browse(tmp_path / "acted.html", "--dump-dom")
    assert "data-hostile" not in Structure(dom).all("html")[0]  # by escaping alone: the policy is taken out here
    sections = [section for section in Structure(dom).all("details") if section.get("class") == "page"]
    assert [section["data-id"] for section in sections if "hidden" not in section] == order
    assert f">{len(order)} of 7 pages</output>" in dom


def test_a_screenshot_shows_the_page(report: Path, tmp_path: Path) -> None:
    browse(report, f"--screenshot={tmp_path / 'page.png'}", "--window-size=1000,1400", "--hide-scrollbars")
    with Image.open(tmp_path / "page.png") as image:
        colours = image.convert("RGB").getcolors(1 << 24)
        assert image.size == (1000, 1400)
    assert colours is not None
    assert len(colours) > 10_000  # text alone has some 2,000: the receipt is there

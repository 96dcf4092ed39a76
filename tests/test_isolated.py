import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from hyocr import isolated
from hyocr.errors import InputError
from hyocr.isolated import DecodeLimits, open_isolated
from hyocr.sources import Page, Pages, open_source
from tests import bombs, fakes

HALTED = "too long|needs more memory"
PAGE = "^page$"

EXPECTED = {
    "huge_png": "larger than 4 megapixels",
    "text_chunk_png": "no image and no PDF",
    "text_chunks_png": "no image and no PDF",
    "content_bomb_pdf": HALTED,
    "image_bomb_pdf": PAGE,  # PDFium decodes it row by row
    "claiming_pdf": "10000 pages, more than 1000",
    "many_pages_pdf": "10000 pages, more than 1000",
    "encrypted_pdf": "encrypted",
    "truncated_pdf": "PDF is damaged",
    "poster_pdf": PAGE,
    "form_nest_pdf": HALTED,
    "recursive_form_pdf": HALTED,
    "pattern_nest_pdf": HALTED,
    "strokes_pdf": HALTED,
    "truncated_jpeg": "cut short",
    "empty": "0 bytes",
    "frames_tiff": "more than 1000 pages",
    "loop_tiff": PAGE,
    "frames_gif": "100000 pages, more than 1000",
    "huge_webp": "larger than 4 megapixels",
    "slow_jpeg": HALTED,
}

ALL = """
import json, resource, sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from hyocr.errors import InputError
from hyocr.isolated import DecodeLimits, open_isolated

def outcome(path):
    try:
        seconds = 2 if path.name in sys.argv[2:] else 120
        with closing(open_isolated(path, DecodeLimits(pixels=4_000_000, seconds=seconds, memory_mb=700))) as pages:
            next(pages)
            return "page"
    except InputError as error:
        return str(error)

paths = sorted(Path(sys.argv[1]).iterdir())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with ThreadPoolExecutor(4) as pool:
    outcomes = dict(zip([path.name for path in paths], pool.map(outcome, paths)))
print(json.dumps([outcomes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""

Bombed = tuple[dict[str, str], int]


@pytest.fixture(scope="module")
def bombed(tmp_path_factory: pytest.TempPathFactory) -> Bombed:
    """What came of each bomb, four at a time, and by how many kilobytes the process grew that asked for them."""
    folder = tmp_path_factory.mktemp("bombs")
    for name in bombs.BOMBS:
        bombs.written(name, folder)
    slow = [name for name in bombs.BOMBS if EXPECTED[name] == HALTED]
    command = [sys.executable, "-W", "error::ResourceWarning", "-c", ALL, str(folder), *slow]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert not done.stderr
    outcomes, grown = json.loads(done.stdout)
    return outcomes, grown


@pytest.mark.parametrize("name", bombs.BOMBS)
def test_bomb_ends_in_one_sentence(bombed: Bombed, name: str) -> None:
    outcome = bombed[0][name]
    assert re.search(EXPECTED[name], outcome), outcome
    assert outcome == "page" or (outcome.endswith(".") and "\n" not in outcome)


def test_bombs_take_no_memory_here(bombed: Bombed) -> None:
    kilobytes = bombed[1] // (1024 if sys.platform == "darwin" else 1)
    assert kilobytes < 100_000


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The children that are started; in the end all must have been ended and waited for, and their pipes closed."""
    started: list[subprocess.Popen[bytes]] = []
    start = isolated._start

    def remember() -> subprocess.Popen[bytes]:
        started.append(start())
        return started[-1]

    monkeypatch.setattr(isolated, "_start", remember)
    yield started
    assert all(child.returncode is not None for child in started)
    assert all(pipe.closed for child in started for pipe in (child.stdin, child.stdout))


def outcomes(pages: Pages) -> list[str]:
    found = []
    while True:
        try:
            found.append(f"page {next(pages).number}")
        except StopIteration:
            return found
        except InputError as error:
            found.append(", ".join(error.__notes__).replace(f"in {pages.origin}, ", "error on "))


def content(page: Page) -> tuple[object, ...]:
    return page.image.size, page.image.tobytes(), page.number, page.origin, page.dpi, page.figures


@pytest.mark.parametrize("name", ["a.pdf", "a.tiff"])
def test_pages_are_those_of_open_source(tmp_path: Path, name: str, children: list[object]) -> None:
    path = fakes.many_pages(tmp_path / name, ["red", "lime", "blue"], size=(400, 300))
    assert [content(page) for page in open_isolated(path)] == [content(page) for page in open_source(path)]
    assert len(children) == 1


def test_page_larger_than_a_strip(tmp_path: Path, children: list[object]) -> None:
    path = tmp_path / "a.png"
    Image.effect_noise((1501, 1003), 90).save(path, dpi=(300, 300))
    [page], [expected] = open_isolated(path), open_source(path)
    assert content(page) == content(expected)
    assert page.dpi == 300


def test_figures_come_across(tmp_path: Path, children: list[object]) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(bombs.one_page_pdf(bombs.stream(b"q 50 0 0 40 30 20 cm BI /W 1 /H 1 /CS /G /BPC 8 ID 0 EI Q")))
    [page], [expected] = open_isolated(path), open_source(path)
    assert page.figures == expected.figures != ()


def test_select(tmp_path: Path, children: list[object]) -> None:
    pages = open_isolated(fakes.many_pages(tmp_path / "a.pdf", ["red"] * 5))
    pages.select([4, 2])
    assert outcomes(pages) == ["page 2", "page 4"]


def test_close_before_the_end(tmp_path: Path, children: list[object]) -> None:
    pages = open_isolated(fakes.many_pages(tmp_path / "a.pdf", ["red"] * 5))
    next(pages)
    pages.close()
    pages.close()


def test_damaged_page_leaves_the_child_alive(tmp_path: Path, children: list[object]) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(fakes.SECOND_PAGE_DAMAGED_PDF)
    assert outcomes(open_isolated(path)) == ["page 1", "error on page 2", "page 3"]
    assert len(children) == 1


def test_page_that_takes_too_long_costs_no_other(tmp_path: Path, children: list[object]) -> None:
    fill = bombs.stream(b"/Pattern cs /P scn 0 0 200 200 re f")
    entries = "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 20 20] /XStep 0.01 /YStep 0.01"
    tile = bombs.stream(b"/Pattern cs /P scn 0 0 20 20 re f", f"{entries} /Resources << /Pattern << /P 7 0 R >> >>")
    plain = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>"
    slow = plain.replace(">>", "/Contents 5 0 R /Resources << /Pattern << /P 6 0 R >> >> >>")
    kids = "<< /Type /Pages /Kids [3 0 R 4 0 R 3 0 R] /Count 3 >>"
    last = bombs.stream(b"0 0 9 9 re f", entries)
    path = tmp_path / "a.pdf"
    path.write_bytes(fakes.pdf_bytes(fakes.CATALOGUE, kids, plain, slow, fill, tile, last))
    assert outcomes(open_isolated(path, DecodeLimits(seconds=4))) == ["page 1", "error on page 2", "page 3"]
    assert len(children) == 2


def test_child_that_died_between_two_pages_costs_none(tmp_path: Path, children: list[subprocess.Popen[bytes]]) -> None:
    pages = open_isolated(fakes.many_pages(tmp_path / "a.pdf", ["red"] * 3))
    children[0].kill()
    children[0].wait()
    assert outcomes(pages) == ["page 1", "page 2", "page 3"]
    assert len(children) == 2


def test_ctrl_c_does_not_end_the_child(tmp_path: Path, children: list[subprocess.Popen[bytes]]) -> None:
    pages = open_isolated(fakes.many_pages(tmp_path / "a.pdf", ["red"] * 2))
    os.kill(children[0].pid, signal.SIGINT)
    assert outcomes(pages) == ["page 1", "page 2"]


def test_file_that_changes_between_two_children(tmp_path: Path, children: list[subprocess.Popen[bytes]]) -> None:
    path = fakes.many_pages(tmp_path / "a.pdf", ["red"] * 3)
    pages = open_isolated(path)
    children[0].kill()
    children[0].wait()
    fakes.many_pages(path, ["red"] * 2)
    with pytest.raises(InputError, match="changed while it was read"):
        next(pages)
    pages.close()


@pytest.mark.parametrize("name", ["a b'\"$(x).png", os.fsdecode(b"\xff\xfe.png"), "页.png", "-m.png"])
def test_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, children: list[object], name: str) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (30, 20)).save(Path(name), "PNG")
    assert len(list(open_isolated(Path(name)))) == 1


@pytest.mark.parametrize("name", ["a.eps", "a.tga", "a.ico"])
def test_formats_that_are_not_for_strangers(tmp_path: Path, children: list[object], name: str) -> None:
    path = tmp_path / name
    Image.new("RGB", (32, 32)).save(path)
    with pytest.raises(InputError, match="no image and no PDF") as caught:
        open_isolated(path)
    assert caught.value.__notes__ == [f"in {path}"]


ANSWERS = {
    "nothing": "",
    "no json": "say('hello')",
    "endless line": "while True: say('x' * 1000, end='')",
    "deep json": "say('[' * 60_000)",
    "no total": "say('{}')",
    "too many pages": "say('{\"total\": 1001}')",
    "unprintable sentence": "say(json.dumps({'error': 'a\\x1b[31m'}))",
    "long sentence": "say(json.dumps({'error': 'a' * 1000}))",
    "too many pixels": "page(size=[20_000, 20_000])",
    "no pixels": "page(size=[0, 5])",
    "short pixels": "page(); write(bytes(100))",
    "broken dpi": "page(dpi=float('nan'))",
    "many figures": "page(figures=[[0, 0, 1, 1]] * 65)",
    "figure outside": "page(figures=[[0, 0, 99, 1]])",
    "endless number": "page(figures=[[0, 0, float('inf'), 1]])",
}
CHILD = """
import json, sys
def say(text, end="\\n"): print(text, end=end, flush=True)
def write(data): sys.stdout.buffer.write(data), sys.stdout.buffer.flush()
def page(size=[10, 10], dpi=None, figures=[]):
    say('{"total": 1}')
    say(json.dumps({"size": size, "dpi": dpi, "figures": figures}))
"""


@pytest.mark.parametrize("answer", ANSWERS)
def test_child_that_was_taken_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str) -> None:
    pipe, script = subprocess.PIPE, CHILD + ANSWERS[answer]
    if "page(" in ANSWERS[answer]:  # it ends once it was asked for the page: one that ended before is started anew
        script += "; sys.stdin.readline(); sys.stdin.readline()"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=pipe, stdout=pipe, stderr=pipe)
    monkeypatch.setattr(isolated, "_start", lambda: child)
    with child.stderr, pytest.raises(InputError, match="breaks the decoder"):  # type: ignore[union-attr]
        next(open_isolated(tmp_path / "a.png"))
    assert child.returncode is not None


def test_right_answer_of_the_child_above(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    script = CHILD + "page(dpi=1, figures=[[0, 0, 10, 1.5]] * 64); write(bytes(300)); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=pipe, stdout=pipe)
    monkeypatch.setattr(isolated, "_start", lambda: child)
    assert next(open_isolated(tmp_path / "a.png")).image.size == (10, 10)


def test_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(InputError, match="No process can be started"):
        open_isolated(tmp_path / "a.png")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")
def test_child_knows_no_secrets_and_holds_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, children: list[subprocess.Popen[bytes]]
) -> None:
    monkeypatch.setenv("HYOCR_API_KEYS", "secret")
    before = set(os.listdir("/proc/self/fd"))
    pages = open_isolated(fakes.many_pages(tmp_path / "a.pdf", ["red"] * 2))
    child = Path(f"/proc/{children[0].pid}")
    assert b"secret" not in (child / "environ").read_bytes()
    limits = (child / "limits").read_text()
    for bound in ("cpu time +6[2-4]", "core file size +0", "file size +0", f"address space +{2048 << 20}"):
        assert re.search(rf"Max {bound} ", limits), bound  # 60 seconds of processor time, from what the start took
    assert len(list(pages)) == 2
    assert set(os.listdir("/proc/self/fd")) == before


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_child_ends_with_its_parent(tmp_path: Path) -> None:
    path = fakes.many_pages(tmp_path / "a.pdf", ["red"] * 2)
    script = (
        "import sys, time; from hyocr import isolated; pages = isolated.open_isolated(sys.argv[1])\n"
        "print(pages.close.__self__._child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    end = time.monotonic() + 60
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(pid)


def test_child_loads_nothing_heavy() -> None:
    script = "import sys, hyocr.decoder; print(*{'torch', 'transformers', 'fastapi', 'ray'} & set(sys.modules))"
    assert not subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout.strip()

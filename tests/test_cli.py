import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

import hyocr
from hyocr import output
from hyocr.batch import Batch
from hyocr.cli import app
from hyocr.engines.base import Generation, Request, Verbatim
from hyocr.errors import CheckpointError, EngineError
from hyocr.exports.overlay import colour
from hyocr.job import Job
from tests import fakes
from tests.fakes import FakeEngine, answer, in_order

ROOT = Path(hyocr.__file__).parent.parent


class Result:
    """What one command line did. `loads` counts the engines that were loaded."""

    def __init__(self, code: int, stdout: str, stderr: str, engine: FakeEngine, loads: int) -> None:
        self.code, self.stdout, self.stderr, self.engine, self.loads = code, stdout, stderr, engine, loads

    @property
    def errors(self) -> list[str]:
        return [line for line in self.stderr.splitlines() if line.startswith("error: ")]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def run(*arguments: object, reply: Callable[[Request], Generation] = fakes.describe) -> Result:
        engine, loads = FakeEngine(reply), []
        monkeypatch.setattr("hyocr.batch.load_engine", lambda *names: loads.append(names) or engine)
        verb, *rest = map(str, arguments)
        named = ["--model", "nano"] if verb in ("ask", "extract", "translate") else []  # others than nano may be absent
        done = CliRunner().invoke(app, [verb, *named, *rest], catch_exceptions=False)
        assert "Traceback" not in done.stderr
        return Result(done.exit_code, done.stdout, done.stderr, engine, len(loads))

    return run


def picture(path: Path, colour: str = "red", size: tuple[int, int] = (200, 100)) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return picture(tmp_path / "in" / "a.png")


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


# To stdout


def test_text_goes_to_stdout_and_nothing_else(run, image: Path) -> None:
    result = run("read", image)
    assert (result.code, result.stdout) == (0, "200x100 255 0 0\n")
    [line] = result.stderr.splitlines()
    assert line.startswith(f"[1/1] {image}: ok, 1 page(s), ")


def test_quiet(run, image: Path) -> None:
    assert run("read", image, "--quiet").stderr == ""


def test_several_results_have_headers(run, image: Path) -> None:
    other = picture(image.with_name("b.png"), "blue")
    result = run("read", image, other)
    assert result.stdout == f"==> {image} <==\n200x100 255 0 0\n\n==> {other} <==\n200x100 0 0 255\n\n"


def test_several_json_documents_are_a_stream_of_json(run, image: Path) -> None:
    result = run("read", image, picture(image.with_name("b.png")), "--format", "json")
    first, end = json.JSONDecoder().raw_decode(result.stdout)
    second, _ = json.JSONDecoder().raw_decode(result.stdout[end:].lstrip())
    assert [first["source"], second["source"]] == [str(image), str(image.with_name("b.png"))]


def test_markdown(run, image: Path) -> None:
    assert run("read", image, "-f", "markdown", reply=in_order(answer("*1*"))).stdout == "\\*1\\*\n"


def test_spot_gives_boxes_as_json(run, image: Path) -> None:
    result = run("spot", image, reply=in_order(answer("<ref>a</ref><quad>(0,0),(500,500)</quad>")))
    [page] = json.loads(result.stdout)["pages"]
    assert page["lines"][0]["box"] == {"x1": 0, "y1": 0, "x2": 100, "y2": 50}


def test_ask(run, image: Path) -> None:
    result = run("ask", "What is the total?", image, reply=in_order(answer("9.00")))
    assert (result.code, result.stdout) == (0, "9.00\n")
    assert result.engine.calls[0][0].prompt == "What is the total?"


SEEN = "<observation>TOTAL (RM) 9.00\nCash</observation><answer>9.00</answer>"


def test_ask_with_evidence(run, image: Path) -> None:
    result = run("ask", "What is the total?", image, "--evidence", reply=in_order(answer(SEEN)))
    assert (result.code, result.stdout) == (0, "9.00\nevidence: TOTAL (RM) 9.00\nevidence: Cash\n")
    assert result.engine.calls[0][0].prompt.startswith("What is the total? First write the lines")
    result = run("ask", "Total?", image, "--evidence", "--format", "json", reply=in_order(answer(SEEN)))
    [page] = json.loads(result.stdout)["pages"]
    assert (page["text"], page["lines"]) == ("9.00", [])
    assert [(line["text"], line["box"]) for line in page["observation"]] == [("TOTAL (RM) 9.00", None), ("Cash", None)]


def test_evidence_is_drawn_where_it_stands(run, tmp_path: Path) -> None:
    path = fakes.many_pages(tmp_path / "a.tiff", ["white", "white"])
    spotted = answer(
        "<ref>Tea 9.00</ref><quad>(0,0),(500,100)</quad><ref>Total (RM) 9.00</ref><quad>(200,200),(500,500)</quad>"
    )
    reply = in_order(answer("no evidence"), answer(SEEN, logprob=0.0), spotted)
    result = run("ask", "Total?", path, "--evidence", "--overlay", "-f", "json", "-o", tmp_path / "out", reply=reply)
    assert (result.code, len(result.engine.calls)) == (0, 3), "a page without evidence is not read again"
    first, second = json.loads((tmp_path / "out" / "a.json").read_text())["pages"]
    assert (first["text"], first["observation"]) == ("no evidence", [])
    assert [line["box"] for line in second["observation"]] == [{"x1": 40, "y1": 20, "x2": 100, "y2": 50}, None]
    colours = []
    for number in (1, 2):
        with Image.open(tmp_path / "out" / f"a-000{number}.overlay.png") as drawn:
            colours.append(drawn.getpixel((60, 20)))
    assert colours == [(255, 255, 255), (0, 204, 0)]


def test_the_answer_is_kept_when_its_page_cannot_be_read_again(run, image: Path, tmp_path: Path) -> None:
    reply = in_order(answer(SEEN), EngineError("Out of memory."))
    result = run("ask", "Total?", image, "--evidence", "--overlay", "-o", tmp_path / "out", reply=reply)
    assert result.code == 0
    assert (tmp_path / "out" / "a.txt").read_text().startswith("9.00\nevidence: ")
    with Image.open(tmp_path / "out" / "a.overlay.png") as drawn:
        assert drawn.getcolors() == [(200 * 100, (255, 0, 0))]


def reading(*lines: str) -> Callable[[Request], Generation]:
    """A reply that reads these lines and answers with the last of them."""
    left = iter(lines)
    return lambda request: answer(next(left))


def test_extract_from_what_was_read(run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    fakes.page_image(["TEA SHOP", "TOTAL 9.00"]).save(path)
    reply = reading("TEA SHOP", "TOTAL 9.00", '{"company": "Tea Shop", "total": 9.00, "date": null}')
    options = ["--strategy", "observe", "--overlay", "--output", tmp_path / "out", "--format", "json"]
    result = run("extract", "company,date,total", path, *options, reply=reply)
    assert result.code == 0
    [page] = json.loads((tmp_path / "out" / "a.json").read_text())["pages"]
    assert json.loads(page["text"]) == {"company": "Tea Shop", "date": None, "total": "9.00"}
    assert [(field["name"], field["found"]) for field in page["fields"]] == [
        ("company", True), ("date", False), ("total", True),
    ]  # fmt: skip
    box = page["fields"][2]["boxes"][0]
    with Image.open(tmp_path / "out" / "a.overlay.png") as drawn:
        edge = [drawn.getpixel((round((box["x1"] + box["x2"]) / 2), round(box["y1"]) + add)) for add in (-1, 0, 1)]
    assert colour(page["fields"][2]["confidence"]) in edge


def test_ask_from_what_was_read(run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    fakes.page_image(["TEA SHOP", "TOTAL 9.00"]).save(path)
    result = run("ask", "Total?", path, "--strategy", "observe", reply=reading("TEA SHOP", "TOTAL 9.00", "9.00"))
    assert (result.code, result.stdout) == (0, "9.00\n")


def test_verbatim_reaches_the_engine(run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    fakes.page_image(["TOTAL 9.00"]).save(path)
    for verb, bound in (("ask", Verbatim("TOTAL 9.00")), ("extract", Verbatim("TOTAL 9.00", ("total",)))):
        result = run(verb, "total", path, "--strategy", "observe", "--verbatim", reply=reading("TOTAL 9.00", "{}"))
        assert result.code == 0
        assert result.engine.calls[1][0].verbatim == bound
    result = run("extract", "total", path, "--strategy", "page", "--verbatim")
    assert (result.code, len(result.errors)) == (1, 1)


def test_a_page_without_text_says_so(run, image: Path) -> None:
    result = run("ask", "Total?", image, "--strategy", "observe", "--quiet")
    assert (result.code, result.stdout, result.engine.calls) == (0, "", [])
    assert result.stderr.startswith(f"warning: {image}: No text was found on this page")


def test_contradictions_are_warnings(run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    fakes.page_image(["SUB 8.00", "TOTAL 9.00"]).save(path)
    reply = reading("SUB 8.00", "TOTAL 9.00", '{"subtotal": "8.00", "total": "9.00"}')
    result = run("extract", "subtotal,total", path, "--strategy", "observe", "--quiet", reply=reply)
    sentence = "These amounts contradict each other: subtotal 8.00 is not the total 9.00."
    assert result.stderr == f"warning: {path}: {sentence}\n"


def test_an_answer_is_drawn_where_it_stands(run, image: Path, tmp_path: Path) -> None:
    """The page is read once more if the model looked at it as a whole."""
    spotted = answer("<ref>Total 9.00</ref><quad>(0,500),(500,750)</quad>")
    options = ["--overlay", "-f", "json", "-o", tmp_path / "out"]
    result = run("ask", "Total?", image, *options, reply=in_order(answer("9.00"), spotted))
    assert (result.code, len(result.engine.calls)) == (0, 2)
    [page] = json.loads((tmp_path / "out" / "a.json").read_text())["pages"]
    [field] = page["fields"]
    assert (field["name"], field["value"], field["reading"]) == ("Total?", "9.00", "9.00")
    assert field["boxes"] == [{"x1": 60, "y1": 50, "x2": 100, "y2": 75}]


@pytest.mark.parametrize("to", ["en", "zh"])
def test_translate(run, image: Path, to: str) -> None:
    result = run("translate", image, "--to", to, "--format", "json", reply=in_order(answer("Ausgang\n\nExit")))
    document = json.loads(result.stdout)
    assert (document["task"], document["pages"][0]["text"]) == (f"translate_{to}", "Exit")
    assert [line["text"] for line in document["pages"][0]["observation"]] == ["Ausgang"]
    assert run("translate", image, "--to", to, reply=in_order(answer("Ausgang\n\nExit"))).stdout == "Exit\n"


def test_options_reach_the_reader(run, image: Path) -> None:
    result = run("read", image, "--lang", "zh", "--strategy", "lines")
    assert result.engine.calls == [], "a plain page has no lines to ask about"
    assert run("read", image, "--lang", "zh").engine.calls[0][0].prompt != run("read", image).engine.calls[0][0].prompt


# To a folder


def test_output_has_one_file_per_input(run, image: Path, tmp_path: Path) -> None:
    picture(image.with_name("b.png"), "blue")
    result = run("read", image.parent, "--output", tmp_path / "new" / "out")
    assert (result.code, result.stdout) == (0, "")
    assert contents(tmp_path / "new" / "out") == {"a.txt": "200x100 255 0 0\n", "b.txt": "200x100 0 0 255\n"}


@pytest.mark.parametrize(("format", "name"), [("text", "a.txt"), ("markdown", "a.md"), ("json", "a.json")])
def test_suffix_follows_the_format(run, image: Path, tmp_path: Path, format: str, name: str) -> None:
    run("read", image, "--output", tmp_path / "out", "--format", format)
    assert list(contents(tmp_path / "out")) == [name]


def test_names_that_would_clash(run, tmp_path: Path) -> None:
    files = [
        picture(tmp_path / name, colour) for name, colour in [("a.png", "red"), ("A.bmp", "lime"), ("b.png", "blue")]
    ]
    again = picture(tmp_path / "other" / "a.png", "white")
    run("read", *files, again, "--output", tmp_path / "out")
    assert contents(tmp_path / "out") == {
        "A.bmp.txt": "200x100 0 255 0\n",
        "a.png-2.txt": "200x100 255 255 255\n",
        "a.png.txt": "200x100 255 0 0\n",
        "b.txt": "200x100 0 0 255\n",
    }


def test_names_are_all_different() -> None:
    files = [Path(name) for name in ["a.jpg", "a.png", "x/a.png", "a.png.pdf", "a.png-2.tif", "y/a.png"]]
    names = output.names(files)
    assert names[:3] == ["a.jpg", "a.png", "a.png-2"]
    assert len({name.casefold() for name in names}) == len(files)


def test_overlay_beside_the_output(run, tmp_path: Path) -> None:
    pages = fakes.many_pages(tmp_path / "a.tiff", ["white", "white"])
    reply = in_order(*[answer("<ref>a</ref><quad>(200,200),(500,500)</quad>", logprob=0.0)] * 3)
    run("spot", pages, picture(tmp_path / "b.png", "white"), "--output", tmp_path / "out", "--overlay", reply=reply)
    names = ["a-0001.overlay.png", "a-0002.overlay.png", "a.json", "b.json", "b.overlay.png"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    with Image.open(tmp_path / "out" / "b.overlay.png") as drawn:
        assert drawn.getpixel((60, 20)) == (0, 204, 0)


def test_file_name_that_is_no_unicode(run, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    path = picture(tmp_path / "in.png").rename(tmp_path / name)
    assert run("read", path, "--format", "json", "--output", tmp_path / "out").code == 0
    [written] = (tmp_path / "out").iterdir()
    assert json.loads(written.read_text())["source"] == str(path)
    assert run("read", path, tmp_path / name).code == 0


# What goes wrong


def test_one_corrupt_file_among_twenty(run, tmp_path: Path) -> None:
    for i in range(20):
        picture(tmp_path / "in" / f"{i:02}.png", size=(100 + i, 100))
    bad = tmp_path / "in" / "07.png"
    bad.write_bytes(bad.read_bytes()[:60])
    result = run("read", tmp_path / "in", "--output", tmp_path / "out")
    assert result.code == 1
    assert len(list((tmp_path / "out").glob("*.txt"))) == 19
    assert (tmp_path / "out" / "19.txt").read_text() == "119x100 255 0 0\n"
    [error] = result.errors
    assert error.startswith(f"error: {bad}: ")
    assert error.endswith(".")


@pytest.mark.parametrize(
    ("content", "words"), [(None, "does not exist"), (b"", "0 bytes"), (b"text", "no image and no PDF")]
)
def test_file_that_cannot_be_read(run, tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "a.jpg"
    if content is not None:
        path.write_bytes(content)
    result = run("read", path)
    assert (result.code, result.stdout, result.loads) == (1, "", 0)
    [error] = result.stderr.splitlines()
    assert error.startswith(f"error: {path}: ")
    assert words in error


def test_encrypted_pdf(run, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(fakes.ENCRYPTED_PDF)
    assert "encrypted" in run("read", tmp_path / "a.pdf").errors[0]


def test_folder_without_pictures_does_not_stop_the_rest(run, image: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    result = run("read", tmp_path / "none", image)
    assert (result.code, result.stdout) == (1, "200x100 255 0 0\n")
    assert "holds no image" in result.errors[0]


def test_failed_page_is_named_and_the_others_are_kept(run, tmp_path: Path) -> None:
    path = fakes.many_pages(tmp_path / "a.tiff", ["red"] * 3)
    reply = in_order(answer("one"), EngineError("Out of memory."), answer("three"))
    result = run("read", path, "--output", tmp_path / "out", reply=reply)
    assert (result.code, result.errors) == (1, [f"error: {path}: page 2: Out of memory."])
    assert contents(tmp_path / "out") == {"a.txt": "one\n\nthree\n"}


@pytest.mark.parametrize(("format", "written"), [("text", 0), ("markdown", 0), ("json", 1)])
def test_failed_document_is_no_empty_text(run, image: Path, tmp_path: Path, format: str, written: int) -> None:
    reply = in_order(EngineError("Out of memory."))
    result = run("read", image, "--output", tmp_path / "out", "-f", format, reply=reply)
    assert result.code == 1
    assert len(list((tmp_path / "out").iterdir())) == written


def test_partial_page_is_a_warning(run, image: Path) -> None:
    result = run("read", image, "--quiet", reply=lambda request: answer("half a", "length"))
    assert (result.code, result.stdout) == (0, "half a\n")
    assert result.stderr == f"warning: {image}: The text may be incomplete (finish reason length).\n"


def test_missing_model(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(model: str, engine: str, adapter: str | None) -> None:
        raise CheckpointError(f"No checkpoint at {model}.")

    monkeypatch.setattr("hyocr.batch.load_engine", missing)
    done = CliRunner().invoke(app, ["read", str(image), str(image.parent), "--model", "nothere"])
    assert (done.exit_code, done.stderr) == (1, "error: No checkpoint at nothere.\n")


@pytest.mark.parametrize("verb", ["read", "info"])
def test_missing_model_for_real(image: Path, verb: str) -> None:
    arguments = [verb, *([str(image)] if verb == "read" else []), "--model", "/no/such/folder"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    [error] = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert "/no/such/folder" in error


def test_output_that_cannot_be_written_is_found_before_the_model_is_loaded(run, image: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("read", image, "--output", tmp_path / "file" / "out")
    assert (result.code, result.loads) == (1, 0)
    assert result.errors == result.stderr.splitlines()
    assert "Cannot write" in result.errors[0]


def test_full_disk_keeps_what_was_written(run, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture(image.with_name("b.png"))
    replace = os.replace

    def full(part: Path, path: Path) -> None:
        if list(path.parent.glob("*.txt")):
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(part, path)

    monkeypatch.setattr("hyocr.output.os.replace", full)
    result = run("read", image.parent, "--output", tmp_path / "out")
    assert result.code == 1
    assert "No space left on device" in result.errors[0]
    assert contents(tmp_path / "out") == {"a.txt": "200x100 255 0 0\n"}


def test_a_bug_costs_only_its_page(run, tmp_path: Path) -> None:
    path = fakes.many_pages(tmp_path / "a.tiff", ["red"] * 3)
    reply = in_order(answer("one"), ZeroDivisionError(), answer("three"))
    result = run("read", path, "--output", tmp_path / "out", reply=reply)
    assert result.code == 1
    assert "page 2: Something unexpected" in result.stderr
    assert contents(tmp_path / "out") == {"a.txt": "one\n\nthree\n"}


def test_interrupt_keeps_files_and_pages(run, image: Path, tmp_path: Path) -> None:
    def reply(request: Request, left=iter([answer("first"), answer("second")])) -> Generation:  # noqa: B008
        if generation := next(left, None):
            return generation
        raise KeyboardInterrupt

    pages = fakes.many_pages(image.with_name("b.tiff"), ["red"] * 3)
    picture(image.with_name("c.png"))
    result = run("read", image.parent, "--output", tmp_path / "out", "-f", "json", reply=reply)
    assert result.code == 130
    assert "interrupted" in result.stderr
    done = {name: json.loads(text) for name, text in contents(tmp_path / "out").items()}
    assert list(done) == ["a.json", "b.json"]
    assert done["b.json"]["source"] == str(pages)
    assert [page["status"] for page in done["b.json"]["pages"]] == ["ok", "failed", "failed"]
    assert {page["finish_reason"] for page in done["b.json"]["pages"][1:]} == {"cancelled"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["read"],
        ["read", "a.png", "--format", "docx"],
        ["read", "a.png", "--strategy", "words"],
        ["read", "a.png", "--lang", "fr"],
        ["read", "a.png", "--engine", "abacus"],
        ["read", "a.png", "--overlay"],
        ["ask", " ", "a.png"],
        ["ask", "What is the total?"],
        ["ask", "What is the total?", "a.png", "--overlay"],
        ["ask", "What is the total?", "a.png", "--overlay", "--evidence"],
        ["ask", "What is the total?", "a.png", "--verbatim", "--evidence"],
        ["translate", "a.png", "--to", "fr"],
        ["sing", "a.png"],
    ],
)
def test_wrong_usage(run, arguments: list[str]) -> None:
    assert run(*arguments).code == 2


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fakes.many_pages(tmp_path / "a.tiff", ["red"] * 3)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("hyocr.batch.load_engine", lambda *names: FakeEngine())
    batch = Batch(Job("read", folder=tmp_path / "out"), [str(path)])
    assert batch.run()
    assert (batch.bar.n, batch.bar.total) == (3, 3)
    assert "a.tiff" in terminal.getvalue()
    assert "[1/1]" not in terminal.getvalue()


# For real


def hyocr_command(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hyocr", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, **options)


def test_exit_codes_and_messages_of_the_real_command(tmp_path: Path) -> None:
    missing = hyocr_command("read", tmp_path / "missing.jpg")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == f"error: {tmp_path}/missing.jpg: The file does not exist; check the path.\n"
    assert hyocr_command("read").returncode == 2
    version = hyocr_command("--version")
    assert (version.returncode, version.stdout) == (0, f"hyocr {hyocr.__version__}\n")


def test_help_loads_nothing_heavy() -> None:
    heavy = {"torch", "transformers", "cv2", "numpy", "PIL"}
    code = f"import sys, hyocr.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "[]\n"


SLOW = """
import sys, time
import hyocr.batch
from hyocr.cli import app
from tests.fakes import FakeEngine, describe

def slow(request):
    if request.image.width > 100:
        print("at work", flush=True)
        time.sleep(60)
    return describe(request)

hyocr.batch.load_engine = lambda *names: FakeEngine(slow)
app()
"""


def test_ctrl_c(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", size=(100, 100))
    picture(tmp_path / "b.png", size=(200, 100))
    command = [sys.executable, "-c", SLOW, "read", str(tmp_path), "--output", str(tmp_path / "out")]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in stderr
    assert "Traceback" not in stderr
    assert contents(tmp_path / "out") == {"a.txt": "100x100 255 0 0\n"}

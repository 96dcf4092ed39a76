"""Fine-tuning of checkpoints that answer from what they read: pages become texts, answers what was read of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jinja2", reason="needs the train extra")
from hyocr.engines.base import Request
from hyocr.engines.verbatim import NOT_THERE
from hyocr.errors import HyocrError
from hyocr.model.checkpoint import Prepared, prepare
from hyocr.model.choice import OBSERVED
from hyocr.model.folder import BUNDLED
from hyocr.wording import prompt
from tests.fakes import FakeEngine, answer, page_image
from training.finetune import observed, run
from training.finetune.__main__ import main
from training.finetune.check import INDEX, check, describe
from training.finetune.dataset import Rows, Tokeniser
from training.finetune.images import sight
from training.finetune.observed import about_text, answer_as_read, count_labels, for_text, read_pages
from training.finetune.rows import Row, parse_rows
from training.finetune.score import answers, strategy

TEXT = "Green Tea Sdn Bhd\nNo. 12, Jalan Sagu\nDate 1/2/2020\nTOTAL  19.80"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nano, said to answer from what it reads."""
    folder = tmp_path_factory.mktemp("models") / "observing"
    shutil.copytree(BUNDLED / "nano", folder)
    metadata = json.loads((folder / "hyocr.json").read_text())
    (folder / "hyocr.json").write_text(json.dumps(metadata | {"name": "observing", "observes": OBSERVED}))
    return folder


@pytest.fixture(scope="module")
def prepared(checkpoint: Path) -> Prepared:
    return prepare(str(checkpoint))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two questions about each of four pages; the fields of the last are not on it."""
    lines = []
    for i in range(4):
        page_image(["Garden shop", f"TOTAL 1{i}.50"]).save(tmp_path / f"{i}.png")
        total = "Nowhere Street" if i == 3 else f"1{i}.50"
        lines += [asked("fields", total=total, image=f"{i}.png"), asked("ask", "yes", image=f"{i}.png")]
    return written(tmp_path, *lines)


def asked(task: str, answer: str = "", image: str = "0.png", **values: str) -> dict[str, object]:
    if task == "fields":
        return {"image": image, "task": task, "values": {"keys": list(values)}, "answer": values}
    name = "key" if task == "key" else "question"
    return {"image": image, "task": task, "values": {name: "Is it paid?"}, "answer": answer}


def written(folder: Path, *rows: dict[str, object]) -> Path:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder / "rows.jsonl"


def row(*about: object, **changes: object) -> Row:
    [parsed] = parse_rows(json.dumps(asked(*about) | changes), 1, Path("data"))
    return parsed


@pytest.mark.parametrize(
    ("given", "expected", "labels"),
    [
        (
            {"company": "GREEN TEA SDN BHD", "total": "19.00"},
            {"company": "Green Tea Sdn Bhd", "total": "19.80"},
            (2, 2),
        ),
        ({"total": 19.8, "date": "", "due": None}, {"total": "19.80"}, (1, 1)),
        ({"total": "19.80", "phone": "07-5557 423"}, {"total": "19.80"}, (2, 1)),
        ({"items": [{"name": "green tea", "price": "88888"}, "77777"]}, {"items": [{"name": "Green Tea"}]}, (3, 1)),
        ({"phone": "07-5557 423"}, {}, (1, 0)),
    ],
)
def test_fields_are_taught_as_they_were_read(given, expected, labels):
    fields = row("fields", values={"keys": list(given)}, answer=given)
    assert json.loads(answer_as_read(fields, TEXT, TEXT)) == expected
    assert count_labels(fields, TEXT) == labels


@pytest.mark.parametrize(
    ("task", "given", "expected"),
    [
        ("key", "19.00", "19.80"),
        ("key", "07-5557 423", NOT_THERE),
        ("key", NOT_THERE, NOT_THERE),
        ("key", "12", "12"),
        ("key", "2020", "2020"),
        ("ask", "GREEN TEA", "Green Tea"),
        ("ask", "no", "no"),  # which stands in "No. 12"
        ("ask", "It was paid by somebody else.", "It was paid by somebody else."),
        (
            "evidence",
            "<observation>TOTAL 19.00\nCASH 500.00 RM</observation><answer>19.00</answer>",
            "<observation>TOTAL 19.80</observation><answer>19.80</answer>",
        ),
    ],
)
def test_other_answers_are_as_read_where_they_were(task, given, expected):
    assert answer_as_read(row(task, given), TEXT, TEXT) == expected


def test_a_free_prompt_is_a_question():
    [free] = parse_rows('{"image": "a.png", "prompt": "Which shop?", "answer": "GREEN TEA"}', 1, Path("data"))
    [one] = about_text(free, TEXT, 8192)
    assert (one["prompt"], one["observed"], one["answer"]) == ("Which shop?", TEXT, "Green Tea")


def test_a_long_page_is_asked_about_in_parts():
    text = "\n".join(["Shop of teas", *(f"item {i} costs {i}.25 this year and {i}.50 next year" for i in range(300))])
    fields = row("fields", values={"keys": ["shop", "last"]}, answer={"shop": "SHOP OF TEAS", "last": "299.50"})
    parts = list(about_text(fields, text, 8192))
    found = [json.loads(part["answer"]) for part in parts]
    assert len(parts) > 2
    assert (found[0], found[-1]) == ({"shop": "Shop of teas"}, {"last": "299.50"})
    assert not any(found[1:-1])
    assert count_labels(fields, text) == (2, 2)
    assert not list(about_text(fields, " ", 8192))


def test_rows_are_counted_with_the_text_in_place_of_the_image(tmp_path, prepared):
    page_image(["TOTAL 9.54"]).save(tmp_path / "0.png")
    file = written(
        tmp_path, *(one | {"observed": TEXT} for one in (asked("fields", total="19.80"), asked("ask", "no")))
    )
    report = check(file, prepared, False, tmp_path / "index")
    assert (report.problems.count, report.unread) == (0, 0)
    rows, tokeniser = Rows(file, tmp_path / "index"), Tokeniser(prepared.processor.tokenizer, sight(prepared), False)
    samples = [tokeniser(rows[i]) for i in range(2)]
    assert np.fromfile(tmp_path / "index", INDEX)["tokens"].tolist() == [len(sample) for sample in samples]
    assert report.prompt_tokens.most == max(sample.prompt for sample in samples)
    assert all(sample.example.image is None for sample in samples)


def test_a_text_too_long_is_told(tmp_path, prepared):
    page_image(["TOTAL 9.54"]).save(tmp_path / "0.png")
    report = check(written(tmp_path, asked("ask", "no") | {"observed": "a1 " * 6000}), prepared, False)
    assert "line 1: text and prompt take" in report.problems.first[0]


def test_rows_that_are_not_answered_from_text_are_refused(tmp_path, prepared):
    page_image(["TOTAL 9.54"]).save(tmp_path / "0.png")
    page = {"image": "0.png", "answer": "TOTAL 9.54", "task": "read"}
    report = check(written(tmp_path, asked("ask", "no"), page, page | {"line": True}), prepared, False)
    assert (report.rows, report.unread) == (1, 1)
    assert "1 to be answered from what is read" in describe(report)
    assert [one.split(";")[1].split(",")[0] for one in report.problems.first] == [" leave read out", " leave lines out"]


def test_pages_are_read_once_and_a_stopped_reading_goes_on(data, tmp_path, prepared, monkeypatch):
    check(data, prepared, False, tmp_path / "index")
    rows, file = Rows(data, tmp_path / "index"), tmp_path / "readings.jsonl"
    texts = read_pages(rows, file, prepared)
    assert sorted(texts.values()) == [f"Garden shop\nTOTAL 1{i}.50" for i in range(4)]
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:2]) + lines[2][:20])
    seen = []
    shown = observed.look
    monkeypatch.setattr(observed, "look", lambda row: seen.append(row.image.name) or shown(row))
    assert read_pages(rows, file, prepared) == texts
    assert seen == ["2.png", "3.png"]
    assert file.read_bytes() == b"".join(lines)
    monkeypatch.setattr(observed, "TransformersEngine", None)  # not needed any more
    assert read_pages(rows, file, prepared) == texts


def test_a_page_that_cannot_be_read_stops_it_with_its_line(data, tmp_path, prepared, monkeypatch):
    def broken(request: Request):
        raise HyocrError("The model is gone.")

    monkeypatch.setattr(observed, "TransformersEngine", lambda folder: FakeEngine(broken))
    check(data, prepared, False, tmp_path / "index")
    with pytest.raises(HyocrError, match=r"line 1: .*0\.png cannot be read: .*The model is gone"):
        for_text(Rows(data, tmp_path / "index"), tmp_path, prepared, False)


def test_pages_without_text_teach_nothing(data, tmp_path, prepared, monkeypatch):
    monkeypatch.setattr(observed, "TransformersEngine", lambda folder: FakeEngine(lambda request: answer("")))
    check(data, prepared, False, tmp_path / "index")
    with pytest.raises(HyocrError, match="Nothing was read"):
        for_text(Rows(data, tmp_path / "index"), tmp_path, prepared, False)


def test_rows_are_answered_as_in_use(tmp_path):
    page_image(["TOTAL 9.54"]).save(tmp_path / "0.png")
    said = {
        "fields": '{"total": "9.54"}',
        "ask": NOT_THERE,
        "evidence": "<observation>x</observation><answer>y</answer>",
    }
    given = [asked("fields", total="9.54"), asked("ask", NOT_THERE), asked("evidence", said["evidence"])]
    rows = [parse_rows(json.dumps(one), 1, tmp_path)[0] for one in given]

    def reply(request: Request):
        if request.image is not None:
            return answer("TOTAL 9.54")
        [task] = [one.task for one in rows if request.prompt == f"TOTAL 9.54\n\n{one.prompt}"]
        return answer(said[task])

    engine = FakeEngine(reply, "lines")
    engine.observes = OBSERVED
    assert {strategy(engine, one) for one in rows} == {"observe"}
    assert [one.output for one in answers(engine, rows)] == ['{"total": "9.54"}', NOT_THERE, "y"]


@pytest.fixture
def done(data: Path, checkpoint: Path, tmp_path: Path, capsys) -> Path:
    options = ["--data", str(data), "--model", str(checkpoint), "--output", str(tmp_path / "mine"), "--epochs", "20"]
    assert main([*options, "--rank", "4", "--threads", "1", "--scored", "1", "--lr", "0.003"]) == 0
    (tmp_path / "said.txt").write_text(capsys.readouterr().out)
    return tmp_path / "mine"


def test_a_run_leaves_an_adapter_that_observes(done: Path, checkpoint: Path):
    said = done.with_name("said.txt").read_text()
    assert "3 of 4 values of fields stand in what was read; not found and left out: 1\n" in said
    assert f"--model {checkpoint} --adapter" in said
    rows = [json.loads(line) for line in (done / "observed.jsonl").read_text().splitlines()]
    assert [one["observed"] for one in rows[:2]] == ["Garden shop\nTOTAL 10.50"] * 2
    assert [one["answer"] for one in rows[::2]] == [
        '{"total": "10.50"}',
        '{"total": "11.50"}',
        '{"total": "12.50"}',
        "{}",
    ]
    losses = [json.loads(line)["held_out"] for line in (done / "metrics.jsonl").read_text().splitlines()]
    assert min(losses) < losses[0]
    adapted = prepare(str(checkpoint), done / "adapter")
    assert (adapted.name, adapted.observes) == ("observing-mine", OBSERVED)
    assert not (done / "adapter/ctc").exists()


def test_what_would_not_learn_is_refused(data: Path, checkpoint: Path, tmp_path: Path, capsys, monkeypatch):
    options = ["--data", str(data), "--model", str(checkpoint), "--output", str(tmp_path / "mine"), "--threads", "1"]
    assert main([*options, "--part", "vision"]) == 1
    assert "only its language model can; leave --part out." in capsys.readouterr().err
    monkeypatch.setattr(run, "value_scale", lambda model: 512.0)
    assert main([*options, "--full"]) == 1
    assert "leave --full out." in capsys.readouterr().err


def test_prompts_are_those_in_use():
    assert row("ask", "no").prompt == prompt("ask", question="Is it paid?")

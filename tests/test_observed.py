"""Questions about read text: what is asked can be answered from the text, and held-out names are never trained on."""

import json
import random
import re
from pathlib import Path

import pytest

from hyocr.engines.verbatim import NOT_THERE
from hyocr.tasks import evidence, fields
from training.example import SampleError
from training.lora import attach
from training.sources.names import ASKING, NAMES, QUESTIONS, name_of, question_for, reserved
from training.sources.observed import TASKS, Observed, Page, drawn_page, receipt_page
from training.sources.receipts import LabelledReceipt
from training.synth.engine import Engine

PAGE = Page(
    "SHOP\nDate 1/2/2020\nTOTAL  9.00", {"company": "SHOP", "date": "1/2/2020", "total": "9.00"}, {}, ["flight"]
)


@pytest.fixture(scope="module")
def drawn() -> list[Page]:
    engine = Engine()
    found = []
    for i in range(25):
        found.append(drawn_page(random.Random(i), engine, "train"))
    return found


def test_every_value_stands_in_the_text(drawn):
    for page in drawn:
        digits = set(re.findall(r"\d", page.text))
        for value in page.values.values():
            assert set(re.findall(r"\d", json.dumps(value, ensure_ascii=False))) <= digits


def test_all_tasks_are_asked(drawn):
    rng, seen = random.Random(0), set()
    for page in drawn:
        for name, make in TASKS.items():
            try:
                values, answer = make(rng, page, False)
            except SampleError:
                continue
            assert all(values.values())
            assert answer
            seen.add(name)
    assert seen == set(TASKS)


def test_fields_that_are_not_there_are_left_out():
    rng = random.Random(1)
    asked = [TASKS["fields"](rng, PAGE, False) for _ in range(60)]
    for values, answer in asked:
        found = fields.parse_object(answer)
        assert found
        assert set(found.values()) <= set(PAGE.values.values())
        assert all(f"'{name}'" in values["keys"] for name in found)
    assert any("light" in values["keys"].lower() for values, _ in asked)


def test_evidence_has_the_rows_that_hold_the_answer(drawn):
    rng = random.Random(2)
    for page in drawn:
        try:
            _, answer = TASKS["evidence"](rng, page, False)
        except SampleError:
            continue
        parsed = evidence.parse(type("G", (), {"text": answer, "confidence": lambda *_: (None, None)})(), 1, 1)
        rows = {" ".join(row.split()) for row in page.text.split("\n")}
        assert {one.text for one in parsed.observation} <= rows
        assert parsed.observation or parsed.text == NOT_THERE


def test_several_questions_one_text(drawn):
    source = Observed("observed", lambda rng: rng.choice(drawn), False)
    example = source.draw(random.Random(5), 0)
    prompts = [example.prompt, *(prompt for prompt, _ in example.more)]
    assert len(prompts) == len(set(prompts))
    assert len({prompt.rsplit("\n\n", 1)[0] for prompt in prompts}) == 1


def test_a_receipt_without_a_reading_is_its_truth_with_noise(tmp_path: Path):
    page = LabelledReceipt(tmp_path / "a.jpg", [("Shop Ltd", (0, 0, 80, 20)), ("TOTAL 12.00", (0, 40, 110, 60))], {})
    found = receipt_page(random.Random(0), [page], [tmp_path])
    assert "\n" in found.text


def test_held_out_names_and_questions_are_never_trained_on():
    rng = random.Random(3)
    hidden = {name for names in NAMES.values() for name in names if reserved(name)}
    asked = {name_of(rng, name, False).lower().replace("_", " ") for name in NAMES for _ in range(200)}
    assert hidden
    assert not asked & hidden
    questions = {text for texts in (*QUESTIONS.values(), ASKING) for text in texts if reserved(text)}
    assert questions
    assert not {question_for(rng, name, False) for name in QUESTIONS for _ in range(200)} & questions


def test_an_adapter_leaves_lower_layers_alone(tiny_checkpoint):
    from training.checkpoint import load_weights

    weights = load_weights(str(tiny_checkpoint))
    attach(weights.model, "language", 4, "tiny", first=1)
    names = [name for name, parameter in weights.model.named_parameters() if parameter.requires_grad]
    assert names
    assert all("layers.0." not in name for name in names)

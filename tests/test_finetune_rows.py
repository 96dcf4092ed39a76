"""Rows of the three forms come out as written; whatever else stands in a line is refused by number, in a sentence."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hyocr.wording import prompt
from training.finetune.rows import RowError, parse_rows

FOLDER = Path("data/shop")
PLAIN = {"image": "a.jpg", "prompt": "What is the total?", "answer": "9.00"}
WORDED = {"image": "a.jpg", "task": "fields", "values": {"keys": ["date", "total"]}, "answer": {"total": "9.00 €"}}
HUMAN, GPT = {"from": "human", "value": "<image>\nWhat is the total?"}, {"from": "gpt", "value": "9.00"}
TALK = {"image_path": ["a.jpg"], "conversations": [HUMAN, GPT]}
PAIR = {"question": "What is the total?", "answer": "9.00"}
PAIRS = {"img_path_sh": "a.jpg", "conv": [PAIR]}


def talk(*turns: object) -> dict[str, object]:
    return TALK | {"conversations": list(turns)}


def parse(row: object, number: int = 12) -> list:
    return parse_rows(json.dumps(row), number, FOLDER)


def fault(row: object) -> str:
    with pytest.raises(RowError) as error:
        parse(row)
    assert str(error.value).startswith("line 12: ")
    return error.value.reason


@pytest.mark.parametrize("written", [PLAIN, TALK, PAIRS, talk({"from": "system", "value": ""}, HUMAN, GPT)])
def test_the_three_forms_say_the_same(written):
    (row,) = parse(written)
    assert (row.image, row.prompt, row.answer) == (FOLDER / "a.jpg", "What is the total?", "9.00")
    assert (row.number, row.task, row.values, row.box, row.line, row.group) == (12, "", {}, None, False, "a.jpg")


@pytest.mark.parametrize("value", ["<image>\nRead.", "Read.\n<image>", "<image>Read."])
def test_the_image_of_a_conversation_goes_with_its_newline(value):
    assert parse(talk({"from": "human", "value": value}, GPT))[0].prompt == "Read."


def test_a_task_is_worded_and_an_object_is_written_as_json():
    (row,) = parse(WORDED)
    assert row.prompt == prompt("fields", keys="['date','total']")
    assert (row.task, row.values, row.answer) == ("fields", {"keys": "['date','total']"}, '{"total": "9.00 €"}')
    (row,) = parse({"image": "a.jpg", "task": "key", "values": {"key": "date"}, "language": "zh", "answer": [1, "二"]})
    assert (row.prompt, row.answer) == (prompt("key", "zh", key="date"), '[1, "二"]')


FIELDS = '{{"image": "p0.png", "task": "fields", "values": {{"keys": ["total"]}}, "box": [0, 1, 2, 3], "answer": {}}}'


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        ('{"total": 94.87}', '{"total": "94.87"}'),
        ('{"total": 48.70}', '{"total": "48.70"}'),
        ('{"total": 7, "tax": -0.50}', '{"total": "7", "tax": "-0.50"}'),
        ('{"account": 12345678901234567.10}', '{"account": "12345678901234567.10"}'),
        ('{"items": [{"price": 1.00, "name": "tea"}, 2]}', '{"items": [{"price": "1.00", "name": "tea"}, "2"]}'),
        (json.dumps('{"total": 94.80}'), '{"total": "94.80"}'),
    ],
)
def test_numbers_in_fields_are_the_digits_that_are_written(numbers, texts):
    for line in (FIELDS, FIELDS[:-2] + ', "confidence": 0.25}}'):
        assert parse_rows(line.format(numbers), 1, FOLDER) == parse_rows(line.format(texts), 1, FOLDER)


def test_answers_in_strings_stay_as_they_are_written():
    for answer in ('{"total":"94.87"}', "94.87", "{94.87", "```json\n{}\n```"):
        assert parse_rows(FIELDS.format(json.dumps(answer)), 1, FOLDER)[0].answer == answer


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('{"total": NaN}', "'total' is NaN; write what stands on the page"),
        ('{"items": [{"price": -Infinity}]}', "'items': item 1: 'price' is -Infinity"),
        ('{"paid": true}', "'paid' is true; write"),
        (json.dumps('{"paid": false}'), "'paid' is false; write"),
        ("94.87", "text, an object or a list"),
        ("[" * 900 + "]" * 900, "nests too deeply"),
    ],
)
def test_values_that_stand_on_no_page_are_refused(answer, told):
    with pytest.raises(RowError, match=r"^line 5: ") as error:
        parse_rows(FIELDS.format(answer), 5, FOLDER)
    assert told in error.value.reason


def test_a_checkpoint_observes_pages_and_no_lines():
    observes = ("fields", "ask")
    assert parse(WORDED)[0].is_observed_by(observes)
    assert parse(PLAIN)[0].is_observed_by(observes)
    assert not parse(PLAIN)[0].is_observed_by(("fields",))
    assert not parse(PLAIN | {"line": True})[0].is_observed_by(observes)
    assert parse(PLAIN | {"observed": "TOTAL  9.00"})[0].observed == "TOTAL  9.00"
    assert "string" in fault(PLAIN | {"observed": 9})


def test_later_questions_are_rows_of_their_own():
    more = {"from": "human", "value": "And the date?"}, {"from": "gpt", "value": "1 May"}
    for written in (
        talk(HUMAN, GPT, *more),
        PAIRS | {"conv": [PAIR, {"question": "And the date?", "answer": "1 May"}]},
    ):
        rows = parse(written | {"box": [1, 2, 3, 4], "line": True, "group": "g"})
        asked = [(row.prompt, row.answer) for row in rows]
        assert asked == [("What is the total?", "9.00"), ("And the date?", "1 May")]
        assert all((row.box, row.line, row.group) == ((1, 2, 3, 4), True, "g") for row in rows)


def test_null_is_absent_and_other_members_are_left_alone():
    (row,) = parse(PLAIN | {"box": None, "line": None, "task": None, "confidence": 0.5, "id": [1]})
    assert row == parse(PLAIN)[0]


def test_the_group_of_an_image_is_its_path_however_it_is_written(tmp_path):
    inside = str(FOLDER.absolute() / "x/a.jpg")
    groups = [parse(PLAIN | {"image": image})[0].group for image in ("x/a.jpg", "./x/../x/a.jpg", inside)]
    assert groups == ["x/a.jpg"] * 3
    assert parse(PLAIN | {"image": "../a.jpg"})[0].group == "../a.jpg"
    assert parse_rows(json.dumps(PLAIN), 1, tmp_path)[0].group == "a.jpg"


def test_a_byte_order_mark_may_begin_the_file_alone():
    marked = "\ufeff" + json.dumps(PLAIN)
    assert parse_rows(marked.encode(), 1, FOLDER)[0].answer == "9.00"
    with pytest.raises(RowError, match="not JSON"):
        parse_rows(marked, 2, FOLDER)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ([1], "JSON object"),
        ({}, 'no "image"'),
        (PLAIN | {"image": ["a.jpg", "b.jpg"]}, "one image, not 2"),
        (PLAIN | {"image": 7}, "string"),
        (PLAIN | {"image": " "}, "empty"),
        (PLAIN | {"image": "a\0"}, "NUL"),
        ({"image": "a.jpg", "prompt": "x", "awnser": "9.00"}, "is it 'awnser'?"),
        ({"image": "a.jpg", "promt": "x", "answer": "9.00"}, "is it 'promt'?"),
        (PLAIN | {"answer": " \n"}, '"answer" is empty'),
        (PLAIN | {"answer": 9.0}, "text, an object or a list"),
        (PLAIN | {"answer": {"total": float("nan")}}, "JSON cannot write"),
        (PLAIN | {"answer": "half \ud83d"}, "surrogate pair in it (character 6)"),
        (PLAIN | {"prompt": ""}, '"prompt" is empty'),
        (PLAIN | {"prompt": "<image>\nRead."}, "take it out"),
        (PLAIN | {"task": "read"}, 'both "prompt" and "task"'),
        (PLAIN | {"language": "zh"}, 'belongs to "task"'),
        (PLAIN | {"line": 1}, "true or false"),
        (PLAIN | {"group": 3}, "string"),
        (PLAIN | {"box": [1, 2, 3.0, 4]}, "four whole numbers"),
        (PLAIN | {"box": [True, 2, 3, 4]}, "four whole numbers"),
        (PLAIN | {"box": [3, 2, 3, 4]}, "x1 < x2"),
        (PLAIN | {"box": [-1, 2, 3, 4]}, "0 <= x1"),
        (WORDED | {"task": "sing", "values": {}}, "no task 'sing'"),
        (WORDED | {"values": {}}, "needs a value for 'keys'"),
        (WORDED | {"values": {"keys": []}}, "names no field"),
        (WORDED | {"values": {"keys": ["date", 7]}}, 'every name in "keys" should be a string'),
        (WORDED | {"values": {"keys": "['date']", "task": "x"}}, "beside"),
        (WORDED | {"values": {"keys": "['date']", "more": "x"}}, "does not take 'more'"),
        (WORDED | {"values": ["keys"]}, "object"),
        (WORDED | {"language": "fr"}, "'fr'"),
        (talk(), 'from "gpt"'),
        (talk(HUMAN), 'from "gpt"'),
        (talk(GPT, HUMAN), "turn 1 should be from \"human\", not from 'gpt'"),
        (talk(HUMAN, GPT, GPT), 'turn 3 should be from "human"'),
        (talk({"from": "system", "value": "Be kind."}, HUMAN, GPT), '"system" turn should be empty'),
        (talk({"from": "human", "value": "Read."}, GPT), "<image> exactly once, not 0 times"),
        (talk({"from": "human", "value": "<image><image>"}, GPT), "not 2 times"),
        (talk({"from": "human", "value": "<image>\n"}, GPT), "question 1 is empty"),
        (talk(HUMAN, GPT, HUMAN, GPT), "question 2 has <image>"),
        (talk(HUMAN, GPT, {"from": "human", "value": "x"}, {"from": "gpt", "value": ""}), "answer 2 is empty"),
        (talk(HUMAN, {"from": "gpt", "value": 9}), "turn 2 should be an object"),
        (TALK | {"image_path": ["a.jpg", "b.jpg"]}, "one image, not 2"),
        (TALK | {"conversations": {}}, "should be a list"),
        (PAIRS | {"conv": []}, "no turns"),
        (PAIRS | {"conv": ["x"]}, "turn 1 should be an object"),
        (PAIRS | {"conv": [PAIR, {"question": "x", "anser": "y"}]}, "turn 2 has no \"answer\" (is it 'anser'?)"),
    ],
)
def test_what_is_wrong_is_told(row, told):
    assert told in fault(row)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"image": "\xff"}', "not UTF-8 text (byte 11)"),
        (b'{"image": "a.jpg",', "not JSON"),
        (b"", "not JSON"),
        (b"[" * 100_000, "nests too deeply"),
        (b'{"image": ' + b"9" * 5000 + b"}", "too many digits"),
    ],
)
def test_lines_that_are_no_json(line, told):
    with pytest.raises(RowError, match=r"^line 3: ") as error:
        parse_rows(line, 3, FOLDER)
    assert told in error.value.reason


def test_a_sentence_stays_short_and_the_error_travels_between_processes():
    with pytest.raises(RowError) as error:
        parse(WORDED | {"task": "x" * 100_000})
    assert len(str(error.value)) < 400
    again = pickle.loads(pickle.dumps(error.value))
    assert (str(again), again.number, again.reason) == (str(error.value), 12, error.value.reason)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
WORDS = st.sampled_from(["human", "gpt", "system", "<image>\nx", "fields", "key", "zh", "\ud800"])
INNER = st.sampled_from(["from", "value", "question", "answer", "keys", "key", "task"])
VALUES = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(INNER, inner, max_size=4),
    max_leaves=8,
)
NAMES = ["image", "box", "line", "prompt", "task", "values", "language", "answer", "group", "image_path", "img_path_sh"]
FORMS = st.sampled_from([PLAIN, WORDED, TALK, PAIRS, {}])
CHANGED = st.dictionaries(st.sampled_from([*NAMES, "conversations", "conv", "awnser"]), VALUES, max_size=4)
LINES = st.builds(lambda form, changes: json.dumps(form | changes), FORMS, CHANGED) | st.text() | st.binary()


@settings(max_examples=1500, deadline=None)
@given(LINES)
@example('{"image": "a", "answer": "x", "task": "key", "values": {"self": "x"}}')
def test_any_line_gives_rows_or_a_sentence(line):
    try:
        rows = parse_rows(line, 7, FOLDER)
    except RowError as error:
        told, rows = error, []
    if rows:
        for row in rows:
            assert row.prompt.strip()
            assert row.answer.strip()
            assert row.group
            (row.prompt + row.answer + row.group + str(row.image)).encode()
    else:
        assert told.number == 7
        assert told.reason.strip()

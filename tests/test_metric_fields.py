"""Field extraction: the published SROIE score, and values worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.metrics.fields import FieldCounts, field_counts, field_similarity, flatten
from eval.metrics.pooled import precision_recall_f1
from hyocr.tasks.fields import parse_members, parse_object

SROIE = Path(__file__).parents[2] / "shared" / "goldens" / "sroie_task3" / "pairs.jsonl"


def test_golden_sroie_task3():
    if not SROIE.exists():
        pytest.skip("the golden values are not here")
    pairs = [json.loads(line) for line in SROIE.read_text(encoding="utf-8").splitlines()]
    pages = [field_counts(pair["pred"], pair["gt"]) for pair in pairs]
    total = FieldCounts(*map(sum, zip(*pages, strict=True)))
    assert len(pages) == 347
    assert total == FieldCounts(matched=1363, predicted=1384, there=1388)
    precision, recall, f1 = precision_recall_f1(*total)
    assert (round(100 * recall, 2), round(100 * precision, 2), round(100 * f1, 2)) == (98.20, 98.48, 98.34)


@pytest.mark.parametrize(
    ("prediction", "truth", "counts"),
    [
        ({"total": "9.00"}, {"total": "9.00"}, (1, 1, 1)),
        ({"total": "9.00 "}, {"total": "9.00"}, (0, 1, 1)),  # to the character
        ({"sum": "9.00"}, {"total": "9.00"}, (0, 1, 1)),
        ({"total": 9, "paid": True}, {"total": "9", "paid": "true"}, (2, 2, 2)),  # numbers as JSON writes them
        ({"total": None}, {"total": "9.00"}, (0, 0, 1)),  # null is no prediction
        ({"total": ""}, {"total": "9.00"}, (0, 1, 1)),  # an empty string is one
        ({"items": [{"n": 1}, {"n": 3}]}, {"items": [{"n": 1}, {"n": 2}]}, (1, 2, 2)),
        ({}, {"a": "x", "b": []}, (0, 0, 1)),
        (None, {"a": "x"}, (0, 0, 1)),
    ],
)
def test_field_counts(prediction, truth, counts):
    assert field_counts(prediction, truth) == counts


def test_flatten_keeps_order_and_names_paths():
    nested = {"shop": {"name": "A", "tags": ["x", ["y", 2.5]]}, "date": None, "empty": {}, "": {"": 1}}
    flat = {"shop.name": "A", "shop.tags.0": "x", "shop.tags.1.0": "y", "shop.tags.1.1": "2.5", "": "1"}
    assert flatten(nested) == flat
    assert list(flatten(nested)) == list(flat)


@pytest.mark.parametrize(
    ("prediction", "truth", "similarity"),
    [
        ({"a": "Kuala Lumpur"}, {"a": " KUALA\nLUMPUR"}, 1),  # case and white space do not count
        ({"a": "abcd"}, {"a": "abxx"}, 1 / 2),
        ({"a": "abcd", "b": "x"}, {"a": "abxx", "c": "y"}, 1 / 2 / 3),  # three keys in all
        ({"a": 12}, {"a": "13"}, 1 / 2),
        ({}, {"a": "x"}, 0),
        ({"a": "x"}, {}, 0),
        ({}, {}, 1),
        (None, {}, 0),
        ({"a": "\ud800"}, {"a": "\ud800"}, 1),  # half a surrogate pair, which JSON allows
    ],
)
def test_field_similarity(prediction, truth, similarity):
    assert field_similarity(prediction, truth) == pytest.approx(similarity)


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        ('{"a": "x"}', {"a": "x"}),
        ('```json\n{"a": {"b": [1, 2]}}\n```', {"a": {"b": ["1", "2"]}}),
        ('```\n{"a": 1}\n```\nThat is all {really}.', {"a": "1"}),
        ('Here it is: {"a": 1} {"b": 2}', {"a": "1"}),
        ('{"a": "one\nline"}', {"a": "one\nline"}),  # line ends that JSON wants escaped
        ("{}", {}),
        ('[{"a": 1}]', {"a": "1"}),
        ('The {fields} [as asked]: {"a": {"b": 1}}', {"a": {"b": "1"}}),
        ('{"a": {"b": 1}, "c": {"d"', {"b": "1"}),  # breaks off: the first object that is whole
        ("{" * 20 + '{"a": 1}', None),  # not beyond the first twenty braces
        ('{"a": 1', None),
        ("{'a': 1}", None),
        ("nothing", None),
        ("", None),
        ('{"a":' * 100_000, None),
        ('{"a": ' + "[" * 100_000, None),
        ('{"a": ' + "9" * 10_000 + "}", {"a": "9" * 10_000}),  # more digits than Python turns into a number
        ('{"a": 43.40, "b": 12345678901234567.10}', {"a": "43.40", "b": "12345678901234567.10"}),
        ('{"a": NaN, "b": -Infinity}', {"a": "NaN", "b": "-Infinity"}),
        ('{"a": ["1", ], "b": ",}",\n}', {"a": ["1"], "b": ",}"}),  # a comma after the last value
        ('{"a": true, "b": null}', {"a": True, "b": None}),
        ('{"' + r"\"" * 100_000, None),
    ],
)
def test_parse_object(answer, fields):
    assert parse_object(answer) == fields


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        ('{"a": "x", "b": "y', {"a": "x"}),
        ('{"a": "x", "b": 1, "c": null, "d', {"a": "x", "b": "1", "c": None}),
        ('so: {"a": ",", "b": [1, 2], "c"', {"a": ","}),
        ('{"a": "x"', None),
        ('{"a": ' + "9" * 100_000, None),
        ('{"a":"b",' * 50_000, {"a": "b"}),
        ("", None),
    ],
)
def test_parse_members(answer, fields):
    assert parse_members(answer) == fields


def test_deep_fields_can_be_scored():
    deep: dict[str, object] = {"a": "x"}
    for _ in range(400):
        deep = {"a": deep}
    assert field_counts(deep, deep) == (1, 1, 1)
    for _ in range(5000):
        deep = {"a": deep}
    assert field_counts(deep, deep) == (0, 0, 0)  # a path of 10,000 characters


def test_deep_answers_with_many_fields_have_short_paths():
    """Paths of 50,000 characters for each of 10,000 values would be half a gigabyte."""
    answer = parse_object('{"a": 1, "b": ' + f'{{"{"k" * 500}":' * 100 + "[" + "1," * 10_000 + "1]" + "}" * 101)
    assert answer is not None
    assert flatten(answer) == {"a": "1"}

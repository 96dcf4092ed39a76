"""The rows that fine-tuning reads: our JSONL, and HunyuanOCR's two forms of conversations.

    {"image": "1.jpg", "prompt": "What is the total?", "answer": "9.00"}
    {"image": "1.jpg", "box": [40, 80, 300, 120], "line": true, "task": "read", "answer": "TOTAL 9.00"}
    {"image": "1.jpg", "task": "fields", "values": {"keys": ["date", "total"]}, "answer": {"date": "", "total": "9.00"}}
    {"image_path": ["1.jpg"], "conversations": [{"from": "human", "value": "<image>\\nWhat is the total?"},
                                                {"from": "gpt", "value": "9.00"}]}
    {"img_path_sh": "1.jpg", "conv": [{"question": "What is the total?", "answer": "9.00"}]}

Each question of a conversation becomes a row of its own about the same image. "box", "line" and "group" may stand in
any form; a member that is null is as good as absent, and members not named here are left alone.

The values of an answer to the task "fields" are text: numbers are taken with their digits as they stand in the file.
"observed" is the text that was read on the page, of a row whose question is about that text alone; fine-tuning adds it
where a checkpoint answers from what it read.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyocr import wording
from hyocr.errors import HyocrError
from hyocr.tasks import ask, fields

LONGEST_REASON = 300
"""Characters of a sentence about a row: it may quote what stands there."""

IMAGE = "<image>"
"""Where the published form of conversations has the image; the chat puts it there by itself."""

_DIGITS = json.JSONDecoder(parse_float=str, parse_int=str)
"""Leaves 43.40 as it is, where a number would be 43.4."""
_IMAGE_LINE = re.compile(rf"{IMAGE}\n|\n?{IMAGE}")
_ROLES = ("human", "gpt")


@dataclass(frozen=True)
class Row:
    """One question about one image, and its answer.

    `number` is its line in the file, from 1. `task` is the file of `prompts/` that words the question and `values` fill
    its placeholders in `language`; all three are empty where the prompt is free. `box` (x1, y1, x2, y2 in pixels) is
    the part of the image that is asked about, None for all of it. `line` says that this is one line of text, shown as a
    line canvas (`hyocr.canvas`). Rows of one `group` are never split between training and what is held out. `observed`
    is the text that stands before the question in place of the image, "" where the image itself is asked about.
    """

    number: int
    image: Path
    prompt: str
    answer: str
    task: str
    values: Mapping[str, str]
    language: str
    box: tuple[int, int, int, int] | None
    line: bool
    group: str
    observed: str = ""

    def is_observed_by(self, tasks: Collection[str]) -> bool:
        """Whether a checkpoint that observes these tasks answers from what it read; a free prompt is a question."""
        return not self.line and (self.task or ask.NAME) in tasks


class RowError(ValueError):
    """What is wrong with line `number` of the file, in a sentence."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(number, reason)  # what it is made from again in another process
        self.number = number
        self.reason = reason

    def __str__(self) -> str:
        return f"line {self.number}: {self.reason}"


@dataclass(frozen=True)
class _Turn:
    prompt: str
    answer: str
    task: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    language: str = ""


def parse_rows(text: str | bytes, number: int, folder: Path) -> list[Row]:
    """The rows of line `number`, one for each question of a conversation; `folder` is what images are relative to.

    Looks at no file. Raises RowError.
    """
    try:
        members = _members(text, first=number == 1)
        if "conversations" in members:
            image, turns = _file(members, "image_path"), _conversation(members["conversations"])
        elif "conv" in members:
            image, turns = _file(members, "img_path_sh"), _pairs(members["conv"])
        else:
            image, turns = _file(members, "image"), [_ours(members)]
        box, line, group = _box(members), _line(members), _group(members, image, folder)
        observed = _text(members["observed"], '"observed"') if "observed" in members else ""
    except (ValueError, HyocrError) as error:
        reason = str(error)
        short = reason if len(reason) <= LONGEST_REASON else reason[:LONGEST_REASON] + "..."
        raise RowError(number, short) from error
    place = Path(folder, image)
    return [Row(number, place, **vars(turn), box=box, line=line, group=group, observed=observed) for turn in turns]


def _members(text: str | bytes, first: bool) -> dict[str, Any]:
    try:
        written = text.decode() if isinstance(text, bytes) else text
        members = json.loads(written.removeprefix("\ufeff") if first else written)
    except UnicodeDecodeError as error:
        raise ValueError(f"this is not UTF-8 text (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"this is not JSON ({error.msg}, character {error.pos + 1}).") from error
    except RecursionError as error:
        raise ValueError("this JSON nests too deeply.") from error
    except ValueError as error:
        raise ValueError("a number in this JSON has too many digits.") from error
    if not isinstance(members, dict):
        raise ValueError("this should be a JSON object.")
    if members.get("task") == fields.NAME:
        members["answer"] = _fields(members.get("answer"), written)
    return {name: value for name, value in members.items() if value is not None}


def _fields(answer: object, line: str) -> object:
    """The answer to the task "fields" on this line with all its values as text, also where it is JSON in a string."""
    if isinstance(answer, str):
        try:
            exact, plain = _DIGITS.decode(answer), json.loads(answer, parse_int=float)
        except (ValueError, RecursionError):
            return answer
    elif isinstance(answer, (dict, list)):
        exact, plain = _DIGITS.decode(line[line.index("{") :])["answer"], None
    else:
        return answer
    if not isinstance(exact, (dict, list)):
        return answer
    try:
        values = _values(exact, '"answer"')
    except RecursionError as error:
        raise ValueError('"answer" nests too deeply.') from error
    return answer if exact == plain else values


def _values(value: Any, place: str) -> Any:
    """What an answer holds, numbers as their digits. Raises ValueError for values that stand on no page as they are."""
    if isinstance(value, dict):
        return {name: _values(inner, f"{place}: {name!r}") for name, inner in value.items()}
    if isinstance(value, list):
        return [_values(inner, f"{place}: item {number}") for number, inner in enumerate(value, start=1)]
    if isinstance(value, (bool, float)):
        raise ValueError(
            f"{place} is {json.dumps(value)}; write what stands on the page, in quotes, or leave the field out."
        )
    return value


def _ours(members: dict[str, Any]) -> _Turn:
    answer = _answer(members)
    if "task" in members:
        return _worded(members, answer)
    for name in ("values", "language"):
        if name in members:
            raise ValueError(
                f'"{name}" belongs to "task", and there is none; add it, or write the question as "prompt".'
            )
    if "prompt" not in members:
        raise ValueError(f'there is no "prompt" and no "task"{_hint(("prompt", "task"), members)}.')
    return _Turn(_question(members["prompt"], '"prompt"'), answer)


def _worded(members: dict[str, Any], answer: str) -> _Turn:
    if "prompt" in members:
        raise ValueError('there are both "prompt" and "task"; leave one of them out.')
    task, language = _text(members["task"], '"task"'), _text(members.get("language", "en"), '"language"')
    given = members.get("values", {})
    if not isinstance(given, dict):
        raise ValueError('"values" should be an object.')
    if {"task", "language"} & given.keys():
        raise ValueError('"task" and "language" stand beside "values", not in it.')
    values = {name: _placeholder(task, name, value) for name, value in given.items()}
    return _Turn(wording.prompt(task, language, **values), answer, task, values, language)


def _placeholder(task: str, name: str, value: object) -> str:
    if (task, name) == ("fields", "keys") and isinstance(value, list):
        if not value:
            raise ValueError('"keys" names no field.')
        return wording.listed(_text(key, 'every name in "keys"') for key in value)
    return _text(value, f'{name!r} of "values"')


def _answer(members: dict[str, Any]) -> str:
    if "answer" not in members:
        raise ValueError(f'there is no "answer"{_hint(("answer",), members)}.')
    answer = members["answer"]
    if isinstance(answer, (dict, list)):
        try:
            answer = json.dumps(answer, ensure_ascii=False, allow_nan=False)
        except (ValueError, RecursionError) as error:
            raise ValueError('"answer" has a number that JSON cannot write, or nests too deeply.') from error
    elif not isinstance(answer, str):
        raise ValueError('"answer" should be text, an object or a list.')
    return _text(answer, '"answer"')


def _conversation(turns: object) -> list[_Turn]:
    """The published form: "from" and "value", human and gpt in turn; an empty "system" may come first."""
    said = [_said(turn, place) for place, turn in enumerate(_list(turns, "conversations"), start=1)]
    begin = 1 if said and said[0][0] == "system" else 0
    if begin and said[0][1].strip():
        raise ValueError('the "system" turn should be empty: nothing but the question is sent with an image.')
    for place, (role, _) in enumerate(said[begin:]):
        if role != _ROLES[place % 2]:
            raise ValueError(f'turn {begin + place + 1} should be from "{_ROLES[place % 2]}", not from {role[:40]!r}.')
    questions, answers = said[begin::2], said[begin + 1 :: 2]
    if not answers or len(questions) != len(answers):
        raise ValueError('the last turn should be from "gpt": every question needs an answer.')
    if (images := questions[0][1].count(IMAGE)) != 1:
        raise ValueError(f'the first turn from "human" should have {IMAGE} exactly once, not {images} times.')
    asked = [_IMAGE_LINE.sub("", questions[0][1]), *(value for _, value in questions[1:])]
    return [
        _Turn(_question(question, f"question {place}"), _text(answer, f"answer {place}"))
        for place, (question, (_, answer)) in enumerate(zip(asked, answers, strict=True), start=1)
    ]


def _said(turn: object, place: int) -> tuple[str, str]:
    match turn:
        case {"from": str(role), "value": str(value)}:
            return role, value
    raise ValueError(f'turn {place} should be an object with "from" and "value", both of them strings.')


def _pairs(turns: object) -> list[_Turn]:
    """The other published form: "question" and "answer" side by side."""
    found = []
    for place, turn in enumerate(_list(turns, "conv"), start=1):
        if not isinstance(turn, dict):
            raise ValueError(f'turn {place} should be an object with "question" and "answer".')
        for name in ("question", "answer"):
            if name not in turn:
                raise ValueError(f'turn {place} has no "{name}"{_hint((name,), turn)}.')
        question = _question(turn["question"], f"question {place}")
        found.append(_Turn(question, _text(turn["answer"], f"answer {place}")))
    if not found:
        raise ValueError('"conv" has no turns.')
    return found


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f'"{name}" should be a list.')
    return value


def _question(value: object, what: str) -> str:
    question = _text(value, what)
    if IMAGE in question:
        raise ValueError(
            f"{what} has {IMAGE} in it, where it means nothing; take it out: the image comes first anyway."
        )
    return question


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{what} should be a string.")
    if not value.strip():
        raise ValueError(f"{what} is empty.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{what} has half a surrogate pair in it (character {error.start + 1}).") from error
    return value


def _file(members: dict[str, Any], name: str) -> str:
    if name not in members:
        raise ValueError(f'there is no "{name}"{_hint((name,), members)}.')
    value = members[name]
    if isinstance(value, list):
        if len(value) != 1:
            raise ValueError(f'"{name}" should be one image, not {len(value)}; make a row of each.')
        value = value[0]
    written = _text(value, f'"{name}"')
    if "\0" in written:
        raise ValueError(f'"{name}" is no file name: it has a NUL character in it.')
    return written


def _box(members: dict[str, Any]) -> tuple[int, int, int, int] | None:
    box = members.get("box")
    if box is None:
        return None
    if not isinstance(box, list) or len(box) != 4 or any(type(side) is not int for side in box):
        raise ValueError('"box" should be four whole numbers [x1, y1, x2, y2] in pixels of the image.')
    x1, y1, x2, y2 = box
    if not (0 <= x1 < x2 and 0 <= y1 < y2):
        raise ValueError(f'"box" {box} should be [x1, y1, x2, y2] with 0 <= x1 < x2 and 0 <= y1 < y2.')
    return x1, y1, x2, y2


def _line(members: dict[str, Any]) -> bool:
    line = members.get("line", False)
    if not isinstance(line, bool):
        raise ValueError('"line" should be true or false.')
    return line


def _group(members: dict[str, Any], image: str, folder: Path) -> str:
    """What the row says, or the image's path from the folder, the same on every machine however it is written."""
    if "group" in members:
        return _text(members["group"], '"group"')
    return os.path.relpath(os.path.join(folder, image), folder)


def _hint(wanted: tuple[str, ...], members: dict[str, Any]) -> str:
    """What was meant, perhaps: a name that is spelled much like a wanted one."""
    for name in wanted:
        if close := difflib.get_close_matches(name, list(members)[:50], n=1):
            return f" (is it {close[0]!r}?)"
    return ""

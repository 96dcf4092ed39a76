"""The values of several named fields, as one JSON object. The question is the fields' names, separated by commas."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from hyocr import wording
from hyocr.document import Unparsed
from hyocr.engines.base import Generation
from hyocr.errors import HyocrError
from hyocr.tasks.base import Parsed

NAME = "fields"
MAX_TOKENS = 4096
MOST_STARTS = 20  # braces of an answer that are tried

_DECODER = json.JSONDecoder(
    strict=False,  # models write line ends inside strings as they are
    parse_float=str,  # 43.40 stays so, and an account number keeps all its digits
    parse_int=str,
    parse_constant=str,  # NaN is no JSON
)
_LAST_COMMA = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z))|,(?=\s*[\]}])', re.DOTALL)
"""A string, or a comma before a closing bracket."""

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_MEMBERS = re.compile(rf'\{{(?:\s*+{_STRING}\s*+:\s*+(?:{_STRING}|[^\s",\[\]{{}}]++)\s*+,)+', re.DOTALL)
"""An opening brace and members with plain values, each with the comma after it."""


def names(question: str) -> list[str]:
    """The names in a question such as "company, date, total", each once. Raises HyocrError if there is none."""
    found = list(dict.fromkeys(name for part in question.split(",") if (name := part.strip())))
    if not found:
        raise HyocrError("The task 'fields' needs names of fields, separated by commas, such as company,date,total.")
    return found


def prompt(language: str = "en", **values: str) -> str:
    """The value `question` holds the names of the fields, separated by commas."""
    asked = {"keys": wording.listed(names(values.pop("question", ""))), **values}
    return wording.prompt(NAME, language, **asked)


def parse(generation: Generation, width: int, height: int) -> Parsed:
    """The first JSON object of the answer, written again without what surrounds it; all is unparsed where there is
    none. It has no lines: which part of the page a value comes from is not said."""
    found = parse_object(generation.text)
    if found is None:
        rest = generation.text.strip()
        return Parsed("", [], [Unparsed(rest, generation.text.index(rest))] if rest else [])
    return Parsed(written(found), [], [])


def written(fields: dict[str, Any]) -> str:
    """Fields as models are taught to answer with them: JSON on one line, letters of all scripts as they are."""
    return json.dumps(fields, ensure_ascii=False)


def parse_object(text: str) -> dict[str, Any] | None:
    """The first JSON object in a model's answer, bare, fenced or in a list, whatever stands before and after it.

    Each of the first MOST_STARTS braces is tried in turn, so that words in braces before the object do no harm; of an
    answer that breaks off, the first object inside that is whole counts. Numbers come as text, with the digits as they
    were written, and a comma after the last value is overlooked. None if there is no such brace.
    """
    start = -1
    for _ in range(MOST_STARTS):
        start = text.find("{", start + 1)
        if start < 0:
            break
        for attempt in (text[start:], _LAST_COMMA.sub(r"\1", text[start:])):
            try:
                return cast(dict[str, Any], _DECODER.raw_decode(attempt)[0])
            except (ValueError, RecursionError):  # broken; nested a thousand deep
                continue
    return None


def parse_members(text: str) -> dict[str, Any] | None:
    """The whole first members of an object that breaks off: those before the last comma outside its values.

    Values that nest are not looked into, the first one ends it. None if there is no such member.
    """
    start = text.find("{")
    members = _MEMBERS.match(text, start) if start >= 0 else None
    return parse_object(members[0] + "}") if members else None

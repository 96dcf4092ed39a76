"""Strategy `observe`: what was read on a page, as text, and then a task that is answered from that text alone.

Every value that comes out is looked up in what was read (`hyocr.locating`), so that it has its place on the page, the
confidence of reader and model together, and a mark where it stands nowhere. The confidence of a value is

    sqrt(p q)    p: geometric mean of the probabilities of the tokens that wrote it,
                 q: geometric mean of the confidences of the lines it stands on, weighted by its characters there

and `min_confidence` the least of all these tokens' probabilities and these lines' least; p alone where it stands
nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hyocr import sums
from hyocr.document import Field, Line, PageError, PageResult, Unparsed
from hyocr.engines.base import Budget, Engine, Generation, Request, Verbatim, geometric_mean
from hyocr.engines.verbatim import NOT_THERE
from hyocr.highlight import placed
from hyocr.ladder import Retry, ask_again, worst
from hyocr.locating import Place, locate
from hyocr.model.choice import OBSERVED
from hyocr.normalising import normalised
from hyocr.observation import Observation, observe, observed_prompt
from hyocr.tasks import TASKS, ask, evidence, fields, key
from hyocr.tasks.parts import tagged
from hyocr.windows import windows

VERBATIM = (fields.NAME, key.NAME, ask.NAME)
"""Those whose answers can be bound to what was read."""

LONGEST = 2048
"""Tokens of an answer: what is said about a part of a page is not longer than it."""

LONGEST_PATH = 1000
"""Characters of a value's path in an answer; one that nests deeper is left out of the fields."""


@dataclass(frozen=True)
class Question:
    """What is asked about every page: a task of `OBSERVED`, its prompt, and its question or names of fields.

    With `verbatim` the model can only write values that stand on the page.
    """

    task: str
    prompt: str
    question: str
    verbatim: bool = False


@dataclass(frozen=True)
class _Answered:
    """A part of the page and what the model said about it. `start` is that text's offset in the page's `raw`."""

    part: Observation
    generation: Generation
    start: int


def conclude(engine: Engine, result: PageResult, asked: Question, retry: bool, budget: Budget) -> Iterator[Retry]:
    """Answer from `result.lines`, what was read on the page, and write the answer with its fields into `result`.

    A page of more rows than the model takes at once is asked part by part. Raises what the engine raises.
    """
    observation = observe(result.lines)
    result.text, result.raw = "", ""
    if not observation.lines:
        result.text = "{}" if asked.task == fields.NAME else ""
        result.status = "partial"
        result.error = PageError("NothingRead", "No text was found on this page, so there is nothing to answer from.")
        return
    parts = windows(observation, asked.prompt, getattr(engine, "context", None))
    most = min(TASKS[asked.task].MAX_TOKENS, LONGEST)
    names = tuple(fields.names(asked.question)) if asked.task == fields.NAME else ()
    requests = [
        Request(
            None,
            observed_prompt(part.text, asked.prompt),
            most,
            verbatim=Verbatim(part.text, names) if asked.verbatim else None,
            budget=budget,
        )
        for part in parts
    ]
    generations = engine.generate(requests)
    if retry:
        yield from ask_again(engine, requests, generations, result, budget)
    _write(result, asked, _answered(parts, generations), observation)


def needs_places(result: PageResult, asked: Question) -> bool:
    """Whether a page that was looked at as a whole has an answer whose place is not known."""
    if asked.task == evidence.NAME:
        return bool(result.observation)
    return asked.task in OBSERVED and bool(result.text) and not result.fields


def find_places(result: PageResult, asked: Question, lines: Sequence[Line]) -> None:
    """Give the answer of a page its fields, and its observation boxes, by the `lines` that were read there since."""
    answer = _Answered(observe(lines), Generation(result.raw, "stop"), 0)
    found = replace(result, unparsed=[])
    if asked.task == fields.NAME:
        _, result.fields = _values([answer], fields.names(asked.question), answer.part.text, found)
    else:
        _answer([answer], asked, answer.part.text, found)
        result.fields = found.fields
    result.observation = placed(result.observation, lines)


def _answered(parts: Sequence[Observation], generations: Sequence[Generation]) -> list[_Answered]:
    answered, start = [], 0
    for part, generation in zip(parts, generations, strict=True):
        answered.append(_Answered(part, generation, start))
        start += len(generation.text) + 1
    return answered


def _write(result: PageResult, asked: Question, answers: Sequence[_Answered], page: Observation) -> None:
    result.raw = "\n".join(answer.generation.text for answer in answers)
    if asked.task == fields.NAME:
        values, result.fields = _values(answers, fields.names(asked.question), page.text, result)
        result.text = fields.written(values)
        summed = [one for one in result.fields if len(answers) == 1 or "." not in one.name]  # items may go on elsewhere
        result.contradictions = sums.contradictions(summed, page.text)
    else:
        _answer(answers, asked, page.text, result)
    reasons = [Generation("", result.finish_reason), *(answer.generation for answer in answers)]
    result.finish_reason = worst(reasons)
    whole = result.finish_reason == "stop" and not result.unparsed and not result.contradictions
    result.status = "ok" if whole else "partial"
    known = [(one.confidence, len(one.value)) for one in result.fields if one.confidence is not None]
    result.confidence = geometric_mean(known)
    result.min_confidence = min(
        (one.min_confidence or 0.0 for one in result.fields if one.confidence is not None), default=None
    )


def _values(
    answers: Sequence[_Answered], names: Sequence[str], page: str, result: PageResult
) -> tuple[dict[str, Any], list[Field]]:
    """The value of each name and its fields: of several parts of the page from the one that holds them best."""
    best: dict[str, tuple[Any, list[Field]]] = {}
    for answer in answers:
        found = _object(answer.generation.text, names)
        if found is None:
            _leave(result, answer)
            continue
        given = {known.casefold(): value for known, value in found.items()}
        at = 0
        for name in names:
            value = found.get(name, given.get(name.casefold()))
            made: list[Field] = []
            for path, text in _leaves(name, value):
                start, end = _span(answer.generation.text, name, text, at)
                made.append(_field(path, text, answer, start, end, page))
            if made and (name not in best or _rank(made) > _rank(best[name][1])):
                best[name] = value, made
    values = {name: best[name][0] if name in best else None for name in names}
    return values, [field for name in names for field in (best[name][1] if name in best else [Field(name, "")])]


def _object(text: str, names: Sequence[str]) -> dict[str, Any] | None:
    """The object of an answer; of one that breaks off its whole members, if they have more of the names."""
    found, members = fields.parse_object(text), fields.parse_members(text)
    known = [one for one in (found, members) if one is not None]
    return max(known, key=lambda one: sum(name in one for name in names), default=None)


def _leave(result: PageResult, answer: _Answered) -> None:
    """Keeps an answer that is no JSON as what no rule understood."""
    text = answer.generation.text
    if rest := text.strip():
        result.unparsed.append(Unparsed(rest, answer.start + text.index(rest)))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """The values inside a value, as text, with dotted paths; none for null and for blanks."""
    todo = [(path, value)]
    while todo:  # no recursion: a model's answer may nest deeply
        path, value = todo.pop()
        if len(path) > LONGEST_PATH:
            continue
        if isinstance(value, dict):
            todo += reversed([(f"{path}.{name}", item) for name, item in value.items()])
        elif isinstance(value, list):
            todo += reversed([(f"{path}.{index}", item) for index, item in enumerate(value)])
        elif isinstance(value, str):
            if value.strip():
                yield path, value
        elif value is not None:
            yield path, json.dumps(value)


def _span(raw: str, name: str, value: str, at: int) -> tuple[int, int]:
    """Where a value of this name is written in an answer; all of the answer if nowhere."""
    start = max(at, raw.find(json.dumps(name, ensure_ascii=False)))
    written = json.dumps(value, ensure_ascii=False)[1:-1]
    for form in (written, value):
        if (found := raw.find(form, start)) >= 0:
            return found, found + len(form)
    return 0, len(raw)


def _answer(answers: Sequence[_Answered], asked: Question, page: str, result: PageResult) -> None:
    """The answer of the part of the page where it stands most surely, and the lines it says it rests on."""
    given = []
    for answer in answers:
        raw = answer.generation.text
        parsed = TASKS[asked.task].parse(answer.generation, result.width, result.height)
        stop = len(raw.rstrip())
        start, end = tagged(raw).answer if asked.task == evidence.NAME else (stop - len(raw.strip()), stop)
        value = "" if parsed.text == NOT_THERE else parsed.text
        given.append((_field(asked.question, value, answer, start, end, page), parsed, answer))
    field, parsed, answer = max(given, key=lambda one: _rank([one[0]]))
    result.text, result.fields = parsed.text, [field]
    result.observation = placed(parsed.observation, answer.part.lines)
    result.unparsed += [Unparsed(rest.text, answer.start + rest.start) for rest in parsed.unparsed]


def _rank(made: Sequence[Field]) -> tuple[float, bool, float]:
    """What makes one answer better than another: more of it stands on the page, it says something, it is surer."""
    found = sum(one.found for one in made) / len(made)
    return found, any(one.value for one in made), min(one.confidence or 0.0 for one in made)


def _field(name: str, value: str, answer: _Answered, start: int, end: int, page: str) -> Field:
    """The value that is written from `start` to `end` of the answer, and where it stands on that part of the page."""
    place = locate(value, answer.part, name)
    sure = _confidence(answer.generation.confidence(start, end), place, answer.part)
    normal = normalised(value, page)
    if place is None:
        return Field(name, value, confidence=sure[0], min_confidence=sure[1], normalised=normal)
    return Field(name, value, True, list(place.boxes), place.reading, *sure, normal)


def _confidence(
    written: tuple[float | None, float | None], place: Place | None, part: Observation
) -> tuple[float | None, float | None]:
    """Of the model and the lines together: see the module. Where one of them is unknown, the other's."""
    lines = [(part.lines[index], stop - start) for index, start, stop in place.spans] if place else []
    read = geometric_mean([(line.confidence, length) for line, length in lines if line.confidence is not None])
    least = [line.min_confidence for line, _ in lines if line.min_confidence is not None]
    both = [one for one in (written[0], read) if one is not None]
    if written[1] is not None:
        least.append(written[1])
    return geometric_mean([(one, 1) for one in both]), min(least, default=None)

"""Rewards: the truth scores 1, nonsense 0, what is worse never scores more, and whatever a model writes is scored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyocr import wording
from hyocr.tasks.translated import TURN
from training.rl.rewards import REWARDS, evidence, parsing, quality, translation, vqa

SIZE = (800, 600)
FOREIGN = "¤"
"""A sign that stands in no truth here."""

WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHI0123456789", min_size=2, max_size=8)
TEXT = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
GARBAGE = st.text("бвгджзлпфцчшщэюя!?, \n", max_size=80)
some = settings(max_examples=15, deadline=None)


def reward(name: str, output: str, truth: str, task: str) -> float | None:
    [value] = REWARDS[name]([output], task=[task], answer=[truth], width=[SIZE[0]], height=[SIZE[1]])
    return value


# What is true, and how it gets worse step by step. A page is a list of parts; `write` makes the answer of it.


@dataclass(frozen=True)
class Part:
    """A piece of an answer: its text, and where it stands (0..1000) if it has a place."""

    text: str
    box: tuple[int, int, int, int] = (0, 0, 0, 0)


Parts = list[Part]


def blotted(parts: Parts) -> Iterator[Parts]:
    """One sign after the other is replaced."""
    for i, part in enumerate(parts):
        for k, sign in enumerate(part.text):
            if not sign.isspace():
                text = "".join(FOREIGN if not c.isspace() else c for c in part.text[: k + 1]) + part.text[k + 1 :]
                rest = [
                    replace(other, text="".join(c if c.isspace() else FOREIGN for c in other.text))
                    for other in parts[:i]
                ]
                yield [*rest, replace(part, text=text), *parts[i + 1 :]]


def dropped(parts: Parts) -> Iterator[Parts]:
    for k in range(1, len(parts) + 1):
        yield parts[:-k]


def moved(parts: Parts) -> Iterator[Parts]:
    """The first part moves to the right, where nothing else stands."""
    x1, y1, x2, y2 = parts[0].box
    for step in range(20, 501, 20):
        yield [replace(parts[0], box=(x1 + step, y1, x2 + step, y2)), *parts[1:]]


def invented(parts: Parts) -> Iterator[Parts]:
    """More and more parts that are not there."""
    more = [Part(f"{FOREIGN * 40}{k}", (600, 20 * k, 900, 20 * k + 15)) for k in range(15)]
    for k in range(1, len(more) + 1):
        yield parts + more[:k]


@st.composite
def placed(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT) -> Parts:
    """One to five parts, each in a row of its own in the left half."""
    texts = draw(st.lists(text, min_size=1, max_size=5))
    starts = [draw(st.integers(0, 100)) for _ in texts]
    return [
        Part(text, (x, 50 * i, x + draw(st.integers(100, 350)), 50 * i + 40))
        for i, (text, x) in enumerate(zip(texts, starts, strict=True))
    ]


def texts(size: int, text: st.SearchStrategy[str] = TEXT) -> st.SearchStrategy[Parts]:
    return st.lists(text, min_size=size, max_size=max(5, size), unique=True).map(lambda found: [Part(t) for t in found])


def corners(part: Part) -> str:
    x1, y1, x2, y2 = part.box
    return f"({x1},{y1}),({x2},{y2})"


def markup(parts: Parts) -> str:
    return "".join(f"<ref>{part.text}</ref><quad>{corners(part)}</quad>" for part in parts)


def as_json(parts: Parts) -> str:
    return json.dumps([{"box": part.box, "text": part.text} for part in parts], ensure_ascii=False)


def lines(parts: Parts) -> str:
    return "\n".join(part.text for part in parts)


def html(parts: Parts) -> str:
    rows = "".join(f"<tr><td>{i}</td><td>{part.text}</td></tr>" for i, part in enumerate(parts))
    return f'<table><caption>All</caption><tr><td colspan="2">No</td></tr>{rows}</table>'


def page(parts: Parts) -> str:
    return "\n\n".join([*(f"## {part.text}" for part in parts[2:]), html(parts[:2]), "$E = mc^2$"])


def text_page(parts: Parts) -> str:
    return "# Tea\n\n" + "\n\n".join(part.text for part in parts)


def layout(parts: Parts) -> str:
    found = []
    for part in parts:
        x1, y1, x2, y2 = part.box
        poly = f"({x1},{y1}),({x2},{y1}),({x2},{y2}),({x1},{y2})"
        found.append(f"<hy-meta><layout>{part.text}</layout><poly>{poly}</poly></hy-meta>")
    return "\n\n".join(found)


def fields(parts: Parts) -> str:
    values = {f"key {i}": part.text for i, part in enumerate(parts)} | {"flight": None}
    return f"```json\n{json.dumps(values, ensure_ascii=False)}\n```"


def translated(parts: Parts) -> str:
    return "\n\n".join([f"出口 {i}" for i in range(3)] + [part.text for part in parts])


def document(parts: Parts) -> str:
    return "\n\n".join(["# 出口", TURN, *(part.text for part in parts)])


def formula(parts: Parts) -> str:
    return "+".join(rf"\frac{{{part.text}}}{{x^{{2}}}}" for part in parts)


def chart(parts: Parts) -> str:
    return "| Year | Sales |\n| --- | --- |\n" + "\n".join(f"| {i} | {part.text} |" for i, part in enumerate(parts))


def flowchart(parts: Parts) -> str:
    arrows = [f'    A{i}["{a.text}"] -->|yes| A{i + 1}["{b.text}"]' for i, (a, b) in enumerate(pairwise(parts))]
    return "\n".join(["```mermaid", "flowchart TD", *arrows, "```"])


def perceived(parts: Parts) -> str:
    return f"<observation>{lines(parts)}</observation><answer>9.00</answer>"


def reasoned(parts: Parts) -> str:
    return f"<observation>TOTAL 9.00</observation><answer>{lines(parts)}</answer>"


@dataclass(frozen=True)
class Case:
    """A task of a reward: truths, how they are written, and how they get worse."""

    reward: str
    task: str
    parts: st.SearchStrategy[Parts]
    write: Callable[[Parts], str]
    worse: Sequence[Callable[[Parts], Iterator[Parts]]]


PLACED = (blotted, dropped, moved, invented)
LISTED = (blotted, dropped, invented)
CASES = [
    Case("reading", "read", texts(1), lines, LISTED),
    Case("reading", "subtitles", texts(1), lines, LISTED),
    Case("spotting", "spotting", placed(), markup, PLACED),
    Case("spotting", "spotting_level", placed(WORD), markup, PLACED),
    Case("spotting", "spotting_json", placed(), as_json, PLACED),
    Case("parsing", "parse", texts(4), page, LISTED),
    Case("parsing", "parse", texts(2), text_page, LISTED),
    Case("parsing", "layout_parse", placed(), lambda parts: "# Tea\n\n" + layout(parts), ()),
    Case("parsing", "table", texts(2), html, LISTED),
    Case("extraction", "fields", texts(1), fields, LISTED),
    Case("extraction", "key", texts(1, TEXT), lambda parts: parts[0].text if parts else "", (blotted, dropped)),
    Case("vqa", "ask", texts(1), lines, LISTED),
    Case("translation", "translate_en", texts(3).map(lambda p: p[:3]), translated, (blotted,)),
    Case("translation", "translate_document", texts(2), document, LISTED),
    Case("formula", "formula", texts(2), formula, LISTED),
    Case("chart", "chart", texts(2), chart, LISTED),
    Case("chart", "chart", texts(3), flowchart, LISTED),
    Case("points", "read_at", texts(1), lines, LISTED),
    Case("points", "read_at", placed().map(lambda parts: parts[:1]), markup, (blotted, dropped, moved)),
    Case("characters", "characters", placed(st.sampled_from("abcdefgh123税込")), markup, PLACED),
    Case("layout", "layout", placed(), layout, PLACED),
    Case("layout", "layout_parse", placed(), lambda parts: "# Tea\n\n" + layout(parts), (dropped, moved, invented)),
    Case("perception", "evidence", texts(2), perceived, LISTED),
    Case("reasoning", "evidence", texts(1), reasoned, LISTED),
]  # fmt: skip
NAMES = [f"{case.reward}-{case.task}-{i}" for i, case in enumerate(CASES)]
WAYS = [(case, worse) for case in CASES for worse in case.worse]


def test_there_is_a_case_for_every_reward_and_every_task():
    assert {case.reward for case in CASES} | {"quality", "defects"} == set(REWARDS)
    assert {case.task for case in CASES} | {"quality", "defects", "translate_zh"} == set(wording.wordings())


@pytest.mark.parametrize("case", CASES, ids=NAMES)
@some
@given(data=st.data())
def test_the_truth_scores_1(case, data):
    truth = case.write(data.draw(case.parts))
    assert reward(case.reward, truth, truth, case.task) == pytest.approx(1, abs=1e-9)
    assert reward(case.reward, f"\n{truth} \n", truth, case.task) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
@some
@given(data=st.data(), garbage=GARBAGE)
def test_nonsense_scores_0(case, data, garbage):
    parts = data.draw(case.parts)
    truth = case.write([replace(part, text=part.text.replace(" ", "")) for part in parts])
    assert reward(case.reward, "", truth, case.task) == 0
    if case.reward not in ("reading", "points"):  # where spaces count
        assert reward(case.reward, garbage, truth, case.task) == pytest.approx(0, abs=1e-9)
    no_lines = garbage.replace("\n", "").replace(" ", "").replace(",", "")
    assert reward(case.reward, no_lines, truth, case.task) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("case", "worse"),
    WAYS,
    ids=[f"{case.reward}-{case.task}-{worse.__name__}-{i}" for i, (case, worse) in enumerate(WAYS)],
)
@some
@given(data=st.data())
def test_what_is_worse_never_scores_more(case, worse, data):
    parts = data.draw(case.parts)
    truth = case.write(parts)
    found = [reward(case.reward, case.write(broken), truth, case.task) for broken in [parts, *worse(parts)]]
    assert all(before >= after - 1e-12 for before, after in pairwise(found)), found
    assert found[-1] < found[0]


@given(st.integers(0, 100))
@some
def test_ratings_fall_with_their_error(truth):
    for step in (1, -1):
        found = [reward("quality", str(g), str(truth), "quality") for g in range(truth, 101 if step > 0 else -1, step)]
        assert found[0] == 1
        assert all(before > after for before, after in pairwise(found))


def test_a_choice_is_right_or_wrong():
    assert [reward("defects", given, "B", "defects") for given in ("B", "(B) stain", "A", "", "щ")] == [1, 1, 0, 0, 0]


# Values worked out by hand


@pytest.mark.parametrize(("error", "value"), [(0, 1.0), (5, 0.827), (10, 0.475), (20, 0.059), (50, 0.0)])
def test_the_gaussian_of_unipercept(error, value):
    assert round(quality.gaussian(error), 3) == value
    assert round(reward("quality", f"{50 + error}", "50", "quality"), 3) == value


def test_several_ratings_are_averaged():
    assert reward("quality", "legible 50, tidy 90", "50 80", "quality") == pytest.approx((1 + 0.475) / 2, abs=1e-3)
    assert reward("quality", "50", "50 80", "quality") == 0.5
    assert reward("quality", "50 of 100", "50", "quality") == 1
    with pytest.raises(ValueError, match="has no number"):
        reward("quality", "50", "good", "quality")


@pytest.mark.parametrize(
    ("mark", "value"),
    [(-1, 0), (0, 0), (1, 0.1), (2, 0.2), (2.5, 0.35), (3, 0.5), (4, 0.8), (4.5, 0.9), (5, 1), (9, 1)],
)
def test_a_judges_marks_are_stretched(mark, value):
    assert translation.stretched(mark) == pytest.approx(value)


def test_spotting_divides_by_pairs_and_the_unmatched():
    tea, cup = Part("Tea", (10, 10, 200, 50)), Part("cups", (10, 60, 200, 100))
    truth = markup([tea, cup])
    assert reward("spotting", markup([tea]), truth, "spotting") == 0.5
    far = Part("cups", (500, 60, 700, 100))
    assert reward("spotting", markup([tea, far]), truth, "spotting") == pytest.approx(1 / 3)  # a pair and two alone
    near = replace(cup, text="cubs")
    assert reward("spotting", markup([tea, near]), truth, "spotting") == pytest.approx((1 + 3 / 4) / 2)
    assert reward("spotting", "", "", "spotting") == 1
    assert reward("spotting", "Tea and cups", "", "spotting") == 0


def test_spotting_against_the_schema_scores_0():
    truth = markup([Part("Tea", (10, 10, 200, 50))])
    assert reward("spotting", f"Yes:\n{truth}", truth, "spotting") == 1
    assert (
        reward("spotting", f"{truth}\nI see a sign that says tea, and below it there is nothing.", truth, "spotting")
        == 0
    )


def table(*rows: str) -> str:
    return (
        "<table>"
        + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split())}</tr>" for row in rows)
        + "</table>"
    )


TABLE = table("item price", "Tea 4.50", "Cup 9.00")


def test_parsing_needs_as_many_tables():
    text = "Prices of what is drunk, in the order of the menu."
    truth = f"{text}\n\n{TABLE}"
    assert reward("parsing", f"{text}\n\n{TABLE}\n\n{table('9.')}", truth, "parse") == 0
    assert reward("parsing", f"{text}\n\nitem price Tea 4.50 Cup 9.00", truth, "parse") == 0
    assert reward("parsing", truth, text, "parse") == pytest.approx(40 / 63)  # none is there to be compared


def test_parsing_weighs_text_and_tables():
    other = table("item price", "Tea 4.50", "Cup 8.00")
    text, teds = 1 - 1 / 23, 1 - (1 / 4) / 9
    assert reward("parsing", other, TABLE, "table") == pytest.approx(0.5 * text + 0.25 * teds + 0.25)
    flat = table("item price Tea 4.50 Cup 9.00")  # of 9 elements one row goes and three come
    assert reward("parsing", flat, TABLE, "table") == pytest.approx(0.5 + 0.5 * (1 - 4 / 9))
    bold = (
        TABLE.replace("Tea", "<b>Tea</b>").replace("<td>item", "<th scope='col'>item").replace("item</td>", "item</th>")
    )
    assert reward("parsing", bold, TABLE, "table") == 1


def test_parsing_is_a_step_function():
    words = "0123456789" * 20
    assert reward("parsing", words[:99], words, "parse") == 0
    assert reward("parsing", words[:100], words, "parse") == 0.5
    assert reward("parsing", words[:-2], words, "parse") == 0.99
    assert reward("parsing", words[:-1], words, "parse") == 1


def test_parsing_loses_all_by_a_loop_of_markup():
    assert reward("parsing", "A cup of tea." + "<b></b>" * 60, "A cup of tea.", "parse") == 0
    assert reward("parsing", "A cup of tea." + "<b></b>" * 3, "A cup of tea.", "parse") == 1


def test_parsing_leaves_large_tables_uncompared():
    rows = [f"{i} {i}" for i in range(parsing.MOST_NODES // 3 + 1)]
    large = table(*rows)
    assert reward("parsing", large, large, "table") == 1
    assert reward("parsing", table(*rows[:-1]), large, "table") == 0


def test_extraction_divides_by_the_union_of_keys():
    truth = '{"total": "9.00", "date": "1 May", "flight": null}'
    assert reward("extraction", '{"total": "9.00", "DATE": "1 May"}', truth, "fields") == pytest.approx(1 / 3)
    assert reward("extraction", '{"total": "9.05", "date": "1MAY"}', truth, "fields") == pytest.approx((3 / 4 + 1) / 2)
    given = '{"total": "9.00", "date": "1 May"'
    assert reward("extraction", given + "}", truth, "fields") == 1
    assert reward("extraction", given + ', "flight": null}', truth, "fields") == 1
    assert reward("extraction", given + ', "flight": "LH 1"}', truth, "fields") == pytest.approx(2 / 3)
    assert reward("extraction", given, truth, "fields") == 0
    assert reward("extraction", " 9.05\n", "9.00", "key") == 0.75


def test_line_ends_count_in_reading():
    assert reward("reading", "two  cups\n\nof tea ", "two cups\nof tea", "read") == 1
    assert reward("reading", "two cups of tea", "two cups\nof tea", "read") == pytest.approx(1 - 1 / 15)
    assert [reward("reading", given, "", "subtitles") for given in ("", "\n", "Hello")] == [1, 1, 0]


def test_answers_are_compared_by_anls_or_exactly():
    assert reward("vqa", " rm 9.00", "RM 9.00", "ask") == 1
    assert reward("vqa", "RM 9.05", "RM 9.00", "ask") == pytest.approx(6 / 7)
    assert reward("vqa", "9", "RM 9.00", "ask") == 0
    rows = {"task": ["ask"] * 2, "answer": ["RM 9.00"] * 2, "width": [1] * 2, "height": [1] * 2}
    assert vqa.exact(["rm  9.00", "RM 9.05"], **rows) == [1, 0]


def test_a_translation_needs_its_source():
    truth = "出口\n\n请勿吸烟\n\nExit\n\nPlease do not smoke"
    assert reward("translation", "Exit\n\nPlease do not smoke", truth, "translate_en") == 0
    assert 0 < reward("translation", "出\n\nExit\n\nPlease do not sing", truth, "translate_en") < 1
    assert reward("translation", "## 出口\n\nExit\n\nPlease do not smoke", truth, "translate_en") == 1
    paper = f"# Method\n\nEnergy.\n\n{TURN}\n\n# 方法\n\n能量。"
    assert reward("translation", f"# Method\n\n{TURN}\n# 方法\n能量。", paper, "translate_document") == 1
    assert reward("translation", f"{TURN}\n\n# 方法\n\n能量。", paper, "translate_document") == 0
    assert reward("translation", "# Method\n\n# 方法\n\n能量。", paper, "translate_document") == 0
    with pytest.raises(ValueError, match="3 paragraphs"):
        reward("translation", "a", "a\n\nb\n\nc", "translate_en")


def test_formulas_are_compared_without_their_dress():
    assert reward("formula", r"$$\mathbf{x}^{2}$$", "x^{2}", "formula") == pytest.approx(1 - 2 / 7)  # braces stay
    assert reward("formula", r"\left( x + y \right)", "(x+y)", "formula") == 1


def test_charts_by_their_table_or_their_graph():
    truth = "| Year | Sales |\n| --- | --- |\n| 2023 | 41 |\n| 12:00 | 57 |"
    teds, cells = 1 - 1 / 8, 5 / 6  # 3 rows and 5 cells, one has a colon
    assert reward("chart", truth.replace("41", "68"), truth, "chart") == pytest.approx((teds + cells) / 2)
    assert reward("chart", truth.replace("12:00", "12:30"), truth, "chart") == pytest.approx((1 + 5 / 6) / 2)
    flow = 'flowchart TD\n A["Start"] --> B{"Tea?"}\n B -->|Yes| C["Cup"]'
    assert reward("chart", flow.replace("Yes", "No").replace("Cup", "Mug"), flow, "chart") == pytest.approx(
        (2 / 3 + 1 / 2) / 2
    )
    assert reward("chart", truth, flow, "chart") == reward("chart", flow, truth, "chart") == 0


def test_points_tell_text_from_background():
    rows = [
        ("Ten", "Tea"),
        ("Tea", "<none>"),
        ("<none>", "Tea"),
        (" <none>", "<none>"),
        ("[unk]", "[unk]"),
        ("[unk", "[unk]"),
    ]
    assert [reward("points", *row, "read_at") for row in rows] == [pytest.approx(2 / 3), 0, 0, 1, 1, 0]
    truth = "<ref>Tea</ref><quad>(0,0),(100,100)</quad>"
    assert reward("points", truth.replace("(0,0)", "(50,0)"), truth, "read_at") == 0.75
    assert reward("points", truth.replace("Tea", "[unk]"), truth, "read_at") == 0.5
    assert reward("points", "Tea", truth, "read_at") == 0


def test_characters_need_their_sign_and_their_box():
    truth = [Part("T", (0, 0, 30, 50)), Part("e", (31, 10, 60, 50)), Part("a", (61, 10, 90, 50))]
    wrong = [
        replace(truth[0], text="F"),
        replace(truth[1], box=(400, 10, 430, 50)),
        truth[2],
        Part("s", (91, 10, 99, 50)),
    ]
    assert reward("characters", markup(wrong), markup(truth), "characters") == pytest.approx(2 / 7)


def test_blocks_need_their_kind():
    truth = [Part("title", (0, 0, 300, 50)), Part("paragraph", (0, 100, 900, 200))]
    assert reward("layout", layout([replace(truth[0], text="text"), truth[1]]), layout(truth), "layout") == 0.5


SEEN = "<observation>TOTAL (RM) 9.00\nRounding 0.02</observation><answer>9.00</answer>"


def test_perception_recalls_lines_and_does_not_pay_for_a_copied_page():
    def seen(observation: str) -> float | None:
        return reward("perception", f"<observation>{observation}</observation><answer>5</answer>", SEEN, "evidence")

    assert seen("TOTAL (RN) 9.00\nRounding") == pytest.approx((1 + 8 / 13) / 2)  # one letter off is near enough
    both = "TOTAL (RM) 9.00\nRounding 0.02\n"  # 28 characters
    assert seen(both + "x" * 56) == 1
    assert seen(both + "x" * 140) == 0.5
    assert seen("x" * 10_000) == 0


def test_reasoning_is_the_answer_alone():
    assert reward("reasoning", SEEN.replace("TOTAL", ""), SEEN, "evidence") == 1
    assert reward("reasoning", SEEN.replace("<answer>9.00", "<answer>9.05"), SEEN, "evidence") == 0.75


@pytest.mark.parametrize(
    ("output", "right"),
    [
        (SEEN, True),
        (f"\n{SEEN}\n", True),
        ("<observation></observation><think>so</think><answer></answer>", True),
        (f"So: {SEEN}", False),
        (f"{SEEN} I think", False),
        (SEEN + SEEN, False),
        (SEEN.removesuffix("</answer>"), False),
        (SEEN.replace("</observation>", ""), False),
        (SEEN.replace("<answer>", ""), False),
        ("<answer>9.00</answer><observation>TOTAL</observation>", False),
        ("<observation>a<answer>b</observation>c</answer>", False),
        ("9.00", False),
        ("", False),
    ],
)
def test_both_parts_need_their_format(output, right):
    assert evidence.well_formed(output) == right
    if not right:
        assert reward("perception", output, SEEN, "evidence") == reward("reasoning", output, SEEN, "evidence") == 0


# As TRL calls them


def test_names_are_those_that_are_logged():
    assert list(REWARDS) == [function.__name__ for function in REWARDS.values()]
    assert list(REWARDS)[:3] == ["reading", "spotting", "parsing"]


def test_rows_of_other_tasks_get_none_and_unfinished_ones_0():
    said = [{"role": "assistant", "content": "Tea"}]
    blocks = [{"role": "user", "content": "?"}, {"role": "assistant", "content": [{"type": "text", "text": "Tea"}]}]
    completions = ["Tea", said, blocks, "Tea", said, "Tea", [{"role": "assistant", "content": None}], []]
    columns = {
        "task": ["read", "read", "read", "ask", "read", "table", "read", "read"],
        "answer": ["Tea"] * 8,
        "width": [9] * 8,
        "height": [9] * 8,
        "trainer_state": None,
    }
    found = REWARDS["reading"](completions, **columns)
    assert found == [1, 1, 1, None, 1, None, 0, 0]
    found = REWARDS["reading"](completions, **columns, finished=[True, False, None, False, True, True, True, True])
    assert found == [1, 0, 1, None, 1, None, 0, 0]
    assert all(type(value) is float for value in found if value is not None)
    assert REWARDS["vqa"](completions, **columns)[3] == 1


def test_every_reward_ignores_other_tasks():
    for name, function in REWARDS.items():
        found = function(
            ["x"] * 2, task=["line", "?"], answer=["x"] * 2, width=[9] * 2, height=[9] * 2, completion_ids=[]
        )
        assert found == [None, None], name


def test_judges_see_the_question_and_both_answers():
    seen = []

    def judge(question: str, truth: str, output: str) -> bool:
        seen.append((question, truth, output))
        return output == truth

    rows = {"answer": ["9.00"] * 4, "width": [9] * 4, "height": [9] * 4, "finished": [True, True, False, True]}
    asked = [[{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Total?"}]}]] * 4
    found = vqa.judged(judge)(["9.00", "8", "9.00", "9.00"], prompts=asked, task=["ask"] * 3 + ["key"], **rows)
    assert found == [1, 0, 0, None]
    assert seen == [("Total?", "9.00", "9.00"), ("Total?", "9.00", "8")]
    generous = vqa.judged(lambda *_: 5)
    assert generous(["8"], task=["ask"], answer=["9"], width=[9], height=[9]) == [1]


def test_judges_of_translations_see_these_alone():
    seen = []

    def judge(question: str, truth: str, output: str) -> float:
        seen.append((truth, output))
        return 3

    function = translation.judged(judge)
    assert function.__name__ == "translation"
    rows = {"answer": ["出口\n\nExit"] * 2, "width": [9] * 2, "height": [9] * 2, "task": ["translate_en"] * 2}
    assert function(["出口\n\nWay out", "Way out"], **rows) == [0.5, 0]
    assert seen == [("Exit", "Way out")]


# Whatever a model writes

TRUTHS = {
    "read": "two cups\nof tea", "subtitles": "", "spotting": markup([Part("Tea", (1, 2, 300, 40))]),
    "spotting_json": as_json([Part("Tea", (1, 2, 300, 40))]), "spotting_level": markup([Part("Tea", (1, 2, 300, 40))]),
    "parse": page([Part("a"), Part("b"), Part("c")]), "layout_parse": "Tea" + layout([Part("text", (1, 2, 300, 40))]),
    "table": TABLE, "fields": fields([Part("9.00")]), "key": "9.00", "ask": "9.00", "translate_en": "出口\n\nExit",
    "translate_zh": "Exit\n\n出口", "translate_document": document([Part("出口")]), "formula": r"\frac{a}{b}",
    "chart": chart([Part("5")]), "read_at": markup([Part("Tea", (1, 2, 300, 40))]), "quality": "50", "defects": "B",
    "characters": markup([Part("T", (1, 2, 30, 40))]), "layout": layout([Part("text", (1, 2, 300, 40))]),
    "evidence": SEEN,
}  # fmt: skip
FRAGMENTS = [
    "<ref>", "</ref>", "<quad>", "</quad>", "(1,2),(300,40)", "<hy-meta>", "</hy-meta>", "<layout>", "<poly>", "text",
    "</layout>", "</poly>", "<table>", "</table>", "<tr>", "<td>", "</td>", "<td colspan=0 rowspan='99999999999'>",
    "<observation>", "</observation>", "<answer>", "</answer>", "| a | b |\n", "|---|---|\n", "```mermaid\n", "```",
    "flowchart TD\n", 'A["', '"]', " --> ", "{", "}", '{"a": ', '"b"', "[", "]", "null", ",", "NaN", "1e999", "$",
    "\\[", "\\]", "\\frac", "^", "&#99999999999999999999999;", "&lt;", "<!--", "<?", TURN, "\n\n", "\n", "Tea",
    "9.00", "B", "50", "<none>", "[unk]", "\ud800", "\0", "\u2028", "９", "²", "<caption>", "<th>", "<b>", "出口",
]  # fmt: skip
OUTPUT = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=16).map("".join) | st.text()
BOTH = [(name, task) for task in TRUTHS for name in REWARDS if reward(name, "", TRUTHS[task], task) is not None]


def test_every_task_has_a_truth_and_a_reward():
    assert set(TRUTHS) == {task for _, task in BOTH} == set(wording.wordings())
    assert all(reward(name, TRUTHS[task], TRUTHS[task], task) == pytest.approx(1) for name, task in BOTH)


@settings(max_examples=200, deadline=None)
@given(OUTPUT)
def test_every_output_has_a_reward(output):
    for name, task in BOTH:
        assert 0 <= reward(name, output, TRUTHS[task], task) <= 1, (name, task)


@pytest.mark.parametrize(
    "unit",
    ["<table>", "<table></table>", "<table><tr><td>1</td>", "<hy-meta>", "<layout>a</layout><poly>", "<", "(", "[",
        "{", '{"a":', '"', "|", "| a |\n", "$", "\\[", "(1,2),", "<ref>a</ref><quad>(1,2),(3,4)</quad>", "A-->", "A&",
        "9", "\n\n", "é\u0301\u0327", "tea ",
    ],
)  # fmt: skip
def test_hostile_output_is_scored(unit):
    for length in (200_000, 10_000):
        output = unit * (length // len(unit))
        for name, task in BOTH:
            # The longer one alone, the shorter one behind what the format asks for.
            whole = output if length > 100_000 else TRUTHS[task] + output
            assert 0 <= reward(name, whole, TRUTHS[task], task) <= 1, (name, task)

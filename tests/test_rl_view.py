"""The page of what a policy wrote: what it shows, that all of it stays text, and what a killed run leaves behind."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from PIL import Image

pytest.importorskip("matplotlib", reason="needs the train extra")
from hyocr.errors import InputError
from training.rl.view import (
    CHARACTERS,
    COMPLETIONS,
    METRICS,
    PAGE,
    POINTS,
    curves,
    main,
    read_groups,
    read_metrics,
    running_mean,
    write_page,
)

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
HOSTILE = (
    '</td></script></textarea></style></title><script>document.documentElement.dataset.hostile = "ran"</script>'
    "<img src=x onerror=\"document.documentElement.dataset.hostile='ran'\">"
    "<a href='javascript:1'>\"&amp;{{ 7 * 7 }}]]>--><!-- \0\r\ud800 $\\frac$"
)


def completion(text: str, reward: float | None = 1.0, **others: Any) -> dict[str, Any]:
    return {"text": text, "finished": True, "rewards": {"extraction": reward}, "advantages": {"answer": 0.73}} | others


def group(step: int, *completions: dict[str, Any], **others: Any) -> dict[str, Any]:
    about = {"source": "crops/key", "task": "key", "prompt": "What is the total?", "answer": "9.00"}
    return about | {"step": step, "image": f"images/{step:05d}_000.png", "completions": list(completions)} | others


def metrics(step: int, **others: Any) -> dict[str, Any]:
    row = {"step": step, "reward": 0.5 + step / 1000, "rewards/reading/mean": 0.9, "rewards/extraction/mean": None}
    return row | {"frac_reward_zero_std": 0.3, "completions/mean_length": 20.1, "entropy": 0.2, "grad_norm": 1} | others


def put(path: Path, *rows: dict[str, Any], end: str = "") -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + end, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of 40 logged steps and two groups, the picture of the newer one lost."""
    run = tmp_path / "nano_read"
    (run / "images").mkdir(parents=True)
    Image.new("RGB", (60, 20), "white").save(run / "images" / "00005_000.png")
    put(run / METRICS, *(metrics(step) for step in range(5, 205, 5)))
    put(
        run / COMPLETIONS,
        group(5, completion("9.80", 0.0), completion("9.00", 1.0), completion("9", 0.25, finished=False)),
        group(
            200,
            completion("Total\n8.2", rewards={"reading": 0.5, "format": 1.0}, advantages={"observation": 0.1}),
            completion("8.20", rewards={"reading": 0.9, "format": None}, advantages={"answer": -0.2}),
            source="synth/read",
            answer="Total\n8.20",
        ),
    )
    return run


def parsed(page: Path) -> Any:
    return html.document_fromstring(page.read_text(encoding="utf-8"))


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_groups_are_shown_newest_first_with_the_best_completion_on_top(folder: Path) -> None:
    page = parsed(write_page(folder))
    newer, older = page.findall(".//article")
    assert [one.findtext(".//h2") for one in (newer, older)] == ["Step 200", "Step 5"]
    assert [[words(cell) for cell in row] for row in newer.iter("tr")] == [
        ["Completion", "reward", "reading", "format", "advantage: observation", "advantage: answer"],
        ["Total 8.20", "1.500", "0.500", "1.000", "+0.10", "–"],
        ["Total↵ 8.20", "0.900", "0.900", "–", "–", "-0.20"],
    ]
    assert [[words(cell) for cell in row] for row in older.iter("tr")] == [
        ["Completion", "extraction", "advantage: answer"],
        ["9.00", "1.000", "+0.73"],
        ["9.009 over-long", "0.250", "+0.73"],
        ["9.080", "0.000", "+0.73"],
    ]
    assert "mean reward 0.417" in words(older)
    assert "What is the total?" in words(older)
    source = page.get_element_by_id("source")
    assert [option.get("value") for option in source] == ["", "crops/key", "synth/read"]
    assert [option.get("value") for option in page.get_element_by_id("step")] == ["", "200", "5"]


def test_differences_to_the_truth_are_marked(folder: Path) -> None:
    text = write_page(folder).read_text(encoding="utf-8")
    assert "9.<del>0</del><ins>8</ins>0" in text
    assert "<del>Total↵\n</del>8.20" in text
    assert ">9.00</div>" in text


def test_a_lost_picture_is_said_and_others_are_addressed_within_the_folder(folder: Path) -> None:
    page = parsed(write_page(folder))
    assert [image.get("src") for image in page.iter("img")] == ["images/00005_000.png"]
    assert "There is no picture images/00200_000.png." in words(page)
    (folder.parent / "secret.png").touch()
    (folder / "50% #1?.png").touch()
    names = [
        "../secret.png",
        str(folder.parent / "secret.png"),
        "http://a/b.png",
        "x" * 5000,
        "\0\ud800",
        "50% #1?.png",
    ]
    put(folder / COMPLETIONS, *(group(5, image=name) for name in names), group(5, image=None))
    assert [image.get("src") for image in parsed(write_page(folder)).iter("img")] == ["50%25%20%231%3F.png"]


@pytest.mark.filterwarnings("ignore::UserWarning")  # no font has a glyph for everything
def test_what_was_written_never_becomes_markup(folder: Path) -> None:
    benign = [element.tag for element in parsed(write_page(folder)).iter()]
    text = (folder / COMPLETIONS).read_text(encoding="utf-8")
    hostile = json.dumps(HOSTILE)[1:-1]
    for known in ("9.00", "9.80", "What is the total?", "crops/key", "extraction", "observation", '"key', "synth/read"):
        text = text.replace(known, ('"' if known.startswith('"') else "") + hostile)
    (folder / COMPLETIONS).write_text(text, encoding="utf-8")
    put(folder / METRICS, *(metrics(step) | {f"rewards/{HOSTILE}/mean": 0.5} for step in (5, 10)))
    path = write_page(folder)
    page = parsed(path)
    assert {element.tag for element in page.iter()} <= set(benign)
    (script,) = page.iter("script")
    assert not script.attrib
    assert "hostile" not in script.text
    assert len(list(page.iter("article"))) == 2
    assert [len(list(one.iter("td"))) for one in page.iter("article")] == [12, 9]
    assert [image.get("src") for image in page.iter("img")] == ["images/00005_000.png"]
    names = {name for element in page.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or name == "href"}
    written = path.read_text(encoding="utf-8")
    assert "{{ 7 * 7 }}" in written
    assert "␀␍\ufffd" in written
    assert "<script>document" not in written
    assert not re.search(r"https?:(?!//www\.w3\.org/)", written)  # names of XML namespaces alone
    assert not re.search(r"url\((?!#)", written)


def test_a_very_long_text_is_cut(folder: Path) -> None:
    put(folder / COMPLETIONS, group(5, completion("la " * 20_000, finished=False), completion("")))
    path = write_page(folder)
    assert "58,000 more characters are not shown." in words(parsed(path))
    assert "empty" in words(parsed(path))
    assert path.stat().st_size < 200_000
    assert path.read_text(encoding="utf-8").count("la ") < CHARACTERS


def test_older_groups_are_left_out_and_counted(folder: Path) -> None:
    put(folder / COMPLETIONS, *(group(step, completion("9.00")) for step in range(1200)))
    page = parsed(write_page(folder, 3))
    assert [one.get("data-step") for one in page.iter("article")] == ["1199", "1198", "1197"]
    assert "1,197 older groups are left out" in words(page)
    assert "are left out" not in words(parsed(write_page(folder, 1200)))


def test_of_a_step_that_comes_twice_the_last_counts(tmp_path: Path) -> None:
    path = put(
        tmp_path / METRICS,
        {"step": 5, "reward": 0.1, "entropy": 0.4, "grad_norm": 1.0},
        {"step": 10, "reward": 0.2},
        {"step": 5, "reward": 0.3, "entropy": None},
        {"train_runtime": 3.5},
        {"step": 15, "reward": float("nan"), "entropy": "?"},
    )
    rows = read_metrics(path)
    assert list(rows) == [5, 10, 15]
    assert rows[5] == {"step": 5, "reward": 0.3, "entropy": None, "grad_norm": 1.0}
    assert rows[15] == {"step": 15, "reward": None, "entropy": None}


def test_of_a_question_asked_again_by_a_resumed_run_the_last_answers_count(tmp_path: Path) -> None:
    rows = [
        group(5, completion("old")),
        group(5, completion("other"), answer="8"),
        group(10),
        group(5, completion("new")),
    ]
    groups = read_groups(put(tmp_path / COMPLETIONS, *rows))
    assert [(one.step, *(each.text for each in one.completions)) for one in groups] == [(10,), (5, "new"), (5, "other")]


def test_a_line_cut_off_by_a_crash_is_passed_over(folder: Path) -> None:
    whole = write_page(folder).read_bytes()
    for name, cut in ((METRICS, b'{"step": 300, "rew'), (COMPLETIONS, '{"step": 300, "source": "中'.encode()[:-1])):
        with (folder / name).open("ab") as file:
            file.write(cut)
    assert write_page(folder).read_bytes() == whole


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        (METRICS, '{"step": 3, "rew\n', "line 2 is no JSON."),
        (METRICS, "[1]\n", "in line 2 the whole should be an object."),
        (METRICS, '{"step": "3"}\n', 'in line 2 "step" should be a whole number.'),
        (COMPLETIONS, "half\n", "line 2 is no JSON."),
        (COMPLETIONS, '{"step": 3}\n', 'in line 2 "completions" should be a list.'),
        (COMPLETIONS, '{"completions": []}\n', 'in line 2 "step" should be a whole number.'),
        (COMPLETIONS, '{"step": 3, "completions": [5]}\n', "in line 2 a completion should be an object."),
        (COMPLETIONS, '{"step": 3, "completions": [{"text": 5}]}\n', 'in line 2 "text" should be a text.'),
        (COMPLETIONS, '{"step": 3, "completions": [], "answer": {}}\n', 'in line 2 "answer" should be a text.'),
        (COMPLETIONS, '{"step": 3, "completions": [], "image": 1}\n', 'in line 2 "image" should be a text.'),
        (
            COMPLETIONS,
            '{"step": 3, "completions": [{"rewards": [1]}]}\n',
            'in line 2 "rewards" should be an object.',
        ),
    ],
)
def test_any_other_broken_line_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, line: str, reason: str
) -> None:
    put(folder / METRICS, metrics(5), end=line if name == METRICS else "")
    put(folder / COMPLETIONS, group(5), end=line if name == COMPLETIONS else "")
    assert main([str(folder)]) == 1
    assert capsys.readouterr() == ("", f'"{folder / name}" is broken: {reason}\n')
    assert not (folder / PAGE).exists()


def test_a_folder_that_is_no_run_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        assert main([str(path)]) == 1
        assert capsys.readouterr().err == (
            f'"{path}" is no folder of a GRPO run: it has neither {METRICS} nor {COMPLETIONS}.\n'
        )
    with pytest.raises(InputError, match="no folder of a GRPO run"):
        write_page(tmp_path)


def test_a_run_that_has_only_begun_has_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path / METRICS, metrics(5))
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / PAGE}\n"
    assert "There are no completions to show." in words(parsed(tmp_path / PAGE))
    (tmp_path / METRICS).unlink()
    put(tmp_path / COMPLETIONS, group(5, completion("9", None)), group(10))
    page = parsed(write_page(tmp_path))
    assert "There are no metrics yet." in words(page)
    assert words(page).count("mean reward –") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [PAGE, COMPLETIONS]


def test_the_same_files_give_the_same_bytes(folder: Path) -> None:
    first = write_page(folder).read_bytes()
    assert write_page(folder).read_bytes() == first
    (folder / METRICS).write_bytes((folder / METRICS).read_bytes() * 2)
    (folder / COMPLETIONS).write_bytes((folder / COMPLETIONS).read_bytes() * 2)
    assert write_page(folder).read_bytes() == first


def test_a_curve_is_drawn_for_every_metric_that_has_values() -> None:
    row = {
        "reward": 0.5,
        "rewards/reading/mean": 0.9,
        "rewards/layout/mean": 0.8,
        "rewards/vqa/mean": None,
        "loss": 1.0,
    }
    svg = curves({5: row, 10: row})
    assert svg.startswith("<svg")
    titles = re.findall(r"<text[^>]*>([^<]*[a-z][^<]*)</text>", svg)
    assert titles == ["reward", "mean of each reward", "layout", "reading"]
    assert curves({5: {"loss": 1.0, "entropy": None}}) == ""


def test_many_steps_are_thinned_out() -> None:
    few, many = (curves({step: {"entropy": step % 7} for step in range(count)}) for count in (POINTS, 40 * POINTS))
    assert len(many) < 1.2 * len(few)


def test_a_running_mean_looks_back() -> None:
    assert running_mean([1.0, 3.0, 5.0, 7.0], window=2) == [1.0, 2.0, 4.0, 6.0]


@pytest.mark.parametrize(
    ("action", "steps"),
    [
        ("", ["200", "5"]),
        ("find.value = '9.80'; find.dispatchEvent(new Event('input'))", ["5"]),
        ("source.value = 'synth/read'; source.dispatchEvent(new Event('change'))", ["200"]),
        ("step.value = '5'; step.dispatchEvent(new Event('change'))", ["5"]),
    ],
)
@pytest.mark.skipif(CHROMIUM is None, reason="no program chromium-headless-shell or chromium is installed")
def test_groups_are_found(folder: Path, action: str, steps: list[str]) -> None:
    path = write_page(folder)
    text = re.sub("<meta http-equiv.*?>", "", path.read_text(encoding="utf-8"))
    path.write_text(text.replace("</body>", f"<script>{action}</script></body>"), encoding="utf-8")
    always = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000"]
    finished = subprocess.run(
        [str(CHROMIUM), *always, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=300, check=True
    )
    page = html.document_fromstring(finished.stdout)
    assert [one.get("data-step") for one in page.iter("article") if "hidden" not in one.attrib] == steps
    assert f"{len(steps)} of 2 groups" in words(page)

"""The wording of the tasks: complete, verbatim where the published checkpoints need it, and safe to fill in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from hyocr import wording
from hyocr.errors import HyocrError

TASKS = [
    "ask", "characters", "chart", "defects", "evidence", "fields", "formula", "key", "layout", "layout_parse", "parse",
    "quality", "read", "read_at", "spotting", "spotting_json", "spotting_level", "subtitles", "table",
    "translate_document", "translate_en", "translate_zh",
]  # fmt: skip
KEYS = ["description", "source", "en", "zh", "output", "example"]

# Published by HunyuanOCR: inference/utils/tasks.py of 1.5, and the README of 1.0 for the last two.
PUBLISHED = {
    "parse": "提取文档图片中正文的所有信息用markdown格式表示，其中页眉、页脚部分忽略，表格用html格式表达，"
    "文档中公式用latex格式表示，按照阅读顺序组织进行解析。",
    "read": "提取图中的文字。",
    "spotting_json": "检测并识别图中所有的文字行，请按从上到下、从左到右的阅读顺序进行识别。 "
    '输出格式为 JSON 数组，每个元素必须包含："box": [xmin, ymin, xmax, ymax]（坐标需归一化到 [0, 1000] 范围内）；'
    '"text": "识别出的文字内容"。 注意：请直接输出 JSON 数组，不要包含任何多余的描述性文字。',
    "spotting": "检测并识别图片中的文字，将文本坐标格式化输出。",
    "layout": "按照阅读顺序解析图中的版式信息。",
    "layout_parse": "提取文档图片中所有内容用markdown格式表示，表格用html格式表达，文档中公式用latex格式表示，"
    "请按照阅读顺序组织进行全文解析，并输出版式分析信息。",
    "chart": "解析图中的图表，对于流程图使用Mermaid格式表示，其他图表使用Markdown格式表示。",
    "formula": "识别图片中的公式，用LaTeX格式表示。",
    "table": "把图中的表格解析为HTML。",
    "translate_document": "先解析文档，再将文档内容翻译为中文，其中页眉、页脚忽略，"
    "公式用latex格式表示，表格用html格式表示。",
    "translate_en": "按照阅读顺序，提取图中文字，公式用latex格式表示，表格用markdown格式表示，再将文字内容翻译为英文。",
    "translate_zh": "按照阅读顺序，提取图中文字，公式用latex格式表示，表格用markdown格式表示，再将文字内容翻译为中文。",
    "subtitles": "提取图片中的字幕。",
}


def test_every_task_has_a_complete_file() -> None:
    assert sorted(wording.wordings()) == TASKS
    for file in wording.folder().iterdir():
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert list(data) == KEYS, file.name
        assert all(isinstance(value, str) and value.strip() == value != "" for value in data.values()), file.name


@pytest.mark.parametrize("name", TASKS)
def test_both_languages_take_the_same_values(name: str) -> None:
    task = wording.wordings()[name]
    values = dict.fromkeys(task.placeholders, "VALUE")
    for language in wording.LANGUAGES:
        text = wording.prompt(name, language, **values)
        assert text.count("VALUE") == len(values)
        assert "{" not in text
        assert "\n" not in text


@pytest.mark.parametrize("name", PUBLISHED)
def test_chinese_is_the_published_text(name: str) -> None:
    assert wording.prompt(name, "zh") == PUBLISHED[name]


def test_wordings_that_take_values() -> None:
    assert wording.prompt("read") == "Extract the text in the image."
    assert wording.prompt("key", "zh", key="Key") == "输出 Key 的值。"
    published = "提取图片中的: ['key1','key2'] 的字段内容，并按照 JSON 格式返回。"
    assert wording.prompt("fields", "zh", keys="['key1','key2']") == published
    assert wording.prompt("ask", question="Who signed?") == "Who signed?"


@pytest.mark.parametrize("question", ["{question}", "{0} {} {{x}} }{", r"\1 \g<0> %s", "{key} and {keys}"])
def test_values_are_inserted_literally(question: str) -> None:
    assert wording.prompt("ask", question=question) == question
    assert wording.prompt("key", key=question) == f"What is the value of {question}? Give only the value."


@pytest.mark.parametrize(
    ("task", "language", "values", "sentence"),
    [
        ("raed", "en", {}, "There is no task 'raed'; choose one of: ask, characters, .*"),
        ("read", "fr", {}, "There is no wording in 'fr'; choose one of: en, zh."),
        ("ask", "en", {}, "The task 'ask' needs a value for 'question'."),
        ("ask", "zh", {"question": " \n"}, "The task 'ask' needs a value for 'question'."),
        ("ask", "en", {"question": "a?", "key": "b"}, "The task 'ask' does not take 'key'; it takes question."),
        ("read", "en", {"question": "a?"}, "The task 'read' does not take 'question'; it takes no values."),
    ],
)
def test_errors_say_what_to_do(task: str, language: str, values: dict[str, str], sentence: str) -> None:
    with pytest.raises(HyocrError, match=f"^{sentence}$"):
        wording.prompt(task, language, **values)


def test_the_folder_inside_an_installed_package_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = wording.folder()
    installed = tmp_path / "hyocr" / "prompts"
    monkeypatch.setattr(wording, "_HERE", tmp_path / "hyocr")
    with pytest.raises(HyocrError, match="reinstall hyocr"):
        wording.folder()
    shutil.copytree(checkout, installed)
    assert wording.folder() == installed

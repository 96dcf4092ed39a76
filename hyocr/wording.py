"""What the model is asked: each task's wording in English and Chinese, from `prompts/`, one YAML file per task."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from hyocr.errors import HyocrError

LANGUAGES = ("en", "zh")

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Wording:
    """One file of `prompts/`. `en` and `zh` are templates with `{named}` placeholders.

    `output` describes the answer's format in words, `example` shows one answer, `source` says whose wording it is.
    """

    name: str
    description: str
    source: str
    en: str
    zh: str
    output: str
    example: str

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Names of the values `prompt` needs, the same in both languages."""
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(self.en)))


def folder() -> Path:
    """Where the wordings are: inside an installed package, or at the top of a checkout."""
    for place in (_HERE / "prompts", _HERE.parent / "prompts"):
        if (place / "read.yaml").is_file():
            return place
    raise HyocrError(f"The prompts folder is missing next to {_HERE}; reinstall hyocr.")


@cache
def _load() -> dict[str, Wording]:
    files = sorted(folder().glob("*.yaml"))
    return {file.stem: Wording(file.stem, **yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files}


def wordings() -> dict[str, Wording]:
    """Every task's wording by task name."""
    return dict(_load())


def prompt(task: str, language: str = "en", **values: str) -> str:
    """The text to send with the image for `task`, in `language` ("en" or "zh").

    `values` fill the template's placeholders as they are: braces in them mean nothing. Raises HyocrError for an unknown
    task or language and for a missing, blank or unknown value.
    """
    known = _load()
    if task not in known:
        raise HyocrError(f"There is no task {task!r}; choose one of: {', '.join(known)}.")
    if language not in LANGUAGES:
        raise HyocrError(f"There is no wording in {language!r}; choose one of: {', '.join(LANGUAGES)}.")
    wording = known[task]
    for name in wording.placeholders:
        if not values.get(name, "").strip():
            raise HyocrError(f"The task {task!r} needs a value for {name!r}.")
    for name in values:
        if name not in wording.placeholders:
            takes = ", ".join(wording.placeholders) or "no values"
            raise HyocrError(f"The task {task!r} does not take {name!r}; it takes {takes}.")
    template = wording.en if language == "en" else wording.zh
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def listed(names: Iterable[str]) -> str:
    """Names of fields as the prompt "fields" has them: `['date','total']`."""
    return "[" + ",".join(f"'{name}'" for name in names) + "]"

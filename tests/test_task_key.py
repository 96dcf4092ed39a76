"""The value of one field: what is asked, and how the bare answer is taken."""

from __future__ import annotations

import pytest

from hyocr.engines.base import Generation
from hyocr.errors import HyocrError
from hyocr.tasks import Parsed, key


def test_key() -> None:
    assert key.prompt(question="total") == "What is the value of total? Give only the value."
    assert key.prompt("zh", question="total") == "输出 total 的值。"
    assert key.parse(Generation(" 9.00\n", "stop"), 100, 50) == Parsed("9.00", [], [])


@pytest.mark.parametrize("values", [{}, {"question": " "}])
def test_a_name_is_needed(values: dict[str, str]) -> None:
    with pytest.raises(HyocrError, match="needs a value"):
        key.prompt(**values)


def test_nothing_else_is_taken() -> None:
    with pytest.raises(HyocrError, match="does not take 'unit'"):
        key.prompt(question="total", unit="cm")

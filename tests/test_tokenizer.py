"""Nano's tokenizer: any text survives, digits stand alone, frequent characters are whole."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from hyocr.model import vocabulary as v
from training.tokenizer import WESTERN_EUROPEAN, gb2312_level_1

TOKENIZER = AutoTokenizer.from_pretrained(Path(__file__).parents[1] / "hyocr/weights/nano")


def ids(text: str) -> list[int]:
    return TOKENIZER.encode(text, add_special_tokens=False)


@settings(max_examples=2000, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))  # lone surrogates are no Unicode text
def test_any_text_survives_the_round_trip(text):
    assert TOKENIZER.decode(ids(text)) == text


def test_size_and_special_tokens():
    assert len(TOKENIZER) == 8192
    special = [*v.CONTROL_TOKENS, *v.MARKUP_TOKENS]
    assert all(len(ids(token)) == 1 for token in special)
    assert len(set(special)) == len(special)
    assert TOKENIZER.image_token == v.IMAGE


def test_markup_is_kept_and_control_is_dropped_when_special_tokens_are_skipped():
    text = f"{v.BEGIN}<ref>Total</ref><quad>(1,2),(3,4)</quad>{v.ASSISTANT}"
    assert TOKENIZER.decode(ids(text), skip_special_tokens=True) == "<ref>Total</ref><quad>(1,2),(3,4)</quad>"


@pytest.mark.parametrize("text", ["2026", "12.50", "RM1,234.00", "0000000"])
def test_digits_stand_alone(text):
    assert sum(token[-1].isdigit() for token in TOKENIZER.tokenize(text)) == sum(c.isdigit() for c in text)


def test_frequent_characters_are_whole_tokens():
    characters = gb2312_level_1()
    assert len(characters) == 3755
    assert [c for c in characters + WESTERN_EUROPEAN if len(ids(c)) != 1] == []


def test_chat_layout_puts_the_role_after_the_content():
    content = [{"type": "image"}, {"type": "text", "text": "Read."}]
    question = {"role": "user", "content": content}
    prompt = TOKENIZER.apply_chat_template([question], tokenize=False, add_generation_prompt=True)
    assert prompt == f"{v.BEGIN}{v.SEPARATOR}{v.IMAGE_START}{v.IMAGE}{v.IMAGE_END}Read.{v.USER}"
    whole = [{"role": "system", "content": "Be exact."}, question, {"role": "assistant", "content": "Total"}]
    expected = f"{v.BEGIN}Be exact.{v.SEPARATOR}{v.IMAGE_START}{v.IMAGE}{v.IMAGE_END}Read.{v.USER}Total{v.ASSISTANT}"
    assert TOKENIZER.apply_chat_template(whole, tokenize=False) == expected

"""The chat around a question, as HunyuanOCR's template writes it."""

from __future__ import annotations

from typing import Any


def messages(question: str, answer: str | None = None, image: bool = True) -> list[dict[str, Any]]:
    """HunyuanOCR's chat: the empty system message is part of it, without it the prompt is another one.

    Without an `image` the question is about the text in it alone.
    """
    picture = [{"type": "image"}] if image else []
    content = [*picture, {"type": "text", "text": question}]
    asked: list[dict[str, Any]] = [{"role": "system", "content": ""}, {"role": "user", "content": content}]
    return asked if answer is None else [*asked, {"role": "assistant", "content": answer}]


def chat_tokens(writer: Any, tokenizer: Any) -> tuple[set[int], int]:
    """The special tokens that the chat template writes around a conversation, and the one that ends an answer.

    `writer` has the template: a processor or a tokenizer. Asking the template is surer than the config: HunyuanOCR
    1.0's says sep_token_id 0, an ordinary token.
    """
    text = writer.apply_chat_template(messages("", ""), tokenize=False)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    special = [i for i in ids if i in tokenizer.added_tokens_decoder]
    return set(special), special[-1]

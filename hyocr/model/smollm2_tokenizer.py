"""SmolLM2's tokenizer with the tokens that images need, and its chat."""

from __future__ import annotations

from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from hyocr.model import vocabulary as v

RENAMED = {
    "<jupyter_start>": v.IMAGE_START,
    "<jupyter_text>": v.IMAGE,
    "<jupyter_code>": v.IMAGE_END,
    "<jupyter_output>": v.IMAGE_NEWLINE,
    "<empty_output>": v.PAD,
}
"""Special tokens of SmolLM2 that documents and chats never have."""
NUMBER_OF_SPECIAL = 17
"""They come first in the vocabulary."""

CHAT_TEMPLATE = (
    "{%- macro write(content) -%}{%- if content is string -%}{{ content }}{%- else -%}"
    "{%- for part in content -%}{%- if part['type'] == 'text' -%}{{ part['text'] }}"
    "{%- else -%}" + v.IMAGE_START + v.IMAGE + v.IMAGE_END + "{%- endif -%}{%- endfor -%}{%- endif -%}{%- endmacro -%}"
    "{%- for message in messages -%}{%- set text = write(message['content']) -%}"
    "{%- if text or message['role'] != 'system' -%}"
    "{{ '<|im_start|>' + message['role'] + '\n' + text + '<|im_end|>' }}"
    "{%- if not loop.last -%}{{ '\n' }}{%- endif -%}"
    "{%- if loop.last and add_generation_prompt -%}{{ '\n<|im_start|>assistant\n' }}{%- endif -%}"
    "{%- endif -%}{%- endfor -%}"
)
"""SmolLM2's ChatML, which it was trained with. An empty system message, as HunyuanOCR's chat has, writes nothing."""


def wrap_tokenizer(core: Tokenizer, begin: str, end: str, chat_template: str) -> PreTrainedTokenizerFast:
    """Give a tokenizer its beginning and end of answers, our names of padding and images, and a chat template."""
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=v.PAD,
        bos_token=begin,
        eos_token=end,
        clean_up_tokenization_spaces=False,
        padding_side="left",
        extra_special_tokens={
            "image_token": v.IMAGE,
            "image_start_token": v.IMAGE_START,
            "image_end_token": v.IMAGE_END,
        },
    )
    tokenizer.chat_template = chat_template
    return tokenizer


def build_tokenizer(tokens: list[str], merges: list[tuple[str, str]]) -> PreTrainedTokenizerFast:
    """From SmolLM2's vocabulary in the order of its ids, and its merges. Raises ValueError for another vocabulary."""
    if lacking := {*RENAMED, "<|im_start|>", "<|im_end|>", "<|endoftext|>"} - {*tokens[:NUMBER_OF_SPECIAL]}:
        raise ValueError(f"the vocabulary is not SmolLM2's: it has no {min(lacking)}")
    tokens = [RENAMED.get(token, token) for token in tokens]
    core = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    core.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    core.decoder = decoders.ByteLevel()
    core.add_special_tokens(tokens[:NUMBER_OF_SPECIAL])
    return wrap_tokenizer(core, "<|im_start|>", "<|im_end|>", CHAT_TEMPLATE)

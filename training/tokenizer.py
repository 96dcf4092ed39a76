"""Trains and saves nano's tokenizer and processor: byte-level BPE with 8,192 entries.

    python -m training.tokenizer --text ../shared/text --output hyocr/weights/nano

Digits always stand alone, so numbers are read digit by digit. The 3,755 GB2312 level-1 characters and the Western
European letters are whole tokens: their merges come first. The remaining merges are learned on ASCII text. Any
Unicode string survives.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import HunYuanVLProcessor, PreTrainedTokenizerFast
from transformers.models.hunyuan_vl.image_processing_pil_hunyuan_vl import HunYuanVLImageProcessorPil

from hyocr.canvas import HEIGHT, STEP
from hyocr.model import vocabulary as v
from hyocr.model.smollm2_tokenizer import wrap_tokenizer

VOCABULARY_SIZE = 8192
WESTERN_EUROPEAN = "".join(map(chr, range(0xA1, 0x180))).replace("\xad", "") + "ȘșȚț–—‘’“”„•…‰€™−"


def gb2312_level_1() -> str:
    """The 3,755 frequent characters of GB 2312-1980: rows 16 to 55 of its table, ordered by pronunciation."""
    cells = (bytes((0xA0 + row, 0xA0 + cell)) for row in range(16, 56) for cell in range(1, 95))
    return "".join(cell.decode("gb2312", errors="ignore") for cell in cells)


def pre_tokenizer() -> pre_tokenizers.PreTokenizer:
    """Digits one by one, then words with their leading space, as bytes."""
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )


def byte_symbols(character: str) -> list[str]:
    """The byte-level alphabet's symbols for one character (GPT-2's byte-to-character table)."""
    ((text, _),) = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(character)
    return list(text)


def character_merges(characters: str) -> list[tuple[str, str]]:
    """Merges that build each multi-byte character from its bytes, left to right, without repetition."""
    merges: dict[tuple[str, str], None] = {}
    for character in characters:
        left, *rest = byte_symbols(character)
        for symbol in rest:
            merges[left, symbol] = None
            left += symbol
    return list(merges)


def ascii_merges(lines: Iterator[str], count: int) -> list[tuple[str, str]]:
    """The `count` best merges of the text's ASCII stretches; they cannot clash with those of `character_merges`."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizer()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + count, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    learner.train_from_iterator((part for line in lines for part in re.split(r"[^\x20-\x7e]+", line)), trainer)
    return [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]][:count]


def build(lines: Iterator[str]) -> PreTrainedTokenizerFast:
    """The finished tokenizer, special tokens first, chat template included."""
    specials = [*v.CONTROL_TOKENS, *v.MARKUP_TOKENS, *v.RESERVED_TOKENS]
    fixed = character_merges(WESTERN_EUROPEAN + gb2312_level_1())
    merges = fixed + ascii_merges(lines, VOCABULARY_SIZE - len(specials) - 256 - len(fixed))
    tokens = specials + sorted(pre_tokenizers.ByteLevel.alphabet()) + [left + right for left, right in merges]
    core = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    core.pre_tokenizer = pre_tokenizer()
    core.decoder = decoders.ByteLevel()
    # Markup is ordinary vocabulary (kept when special tokens are skipped); control tokens are special.
    core.add_tokens([AddedToken(token, normalized=False) for token in v.MARKUP_TOKENS])
    core.add_special_tokens([*v.CONTROL_TOKENS, *v.RESERVED_TOKENS])
    tokenizer = wrap_tokenizer(core, v.BEGIN, v.ASSISTANT, v.CHAT_TEMPLATE)
    if len(tokenizer) != VOCABULARY_SIZE:
        raise ValueError(f"the vocabulary has {len(tokenizer)} entries, not {VOCABULARY_SIZE}: give more text")
    return tokenizer


def processor_nano(tokenizer: PreTrainedTokenizerFast) -> HunYuanVLProcessor:
    """The PIL image processor with nano's limits: from one line canvas up to 1.5 megapixels."""
    images = HunYuanVLImageProcessorPil(size={"shortest_edge": HEIGHT * STEP, "longest_edge": 1536 * 1024})
    return HunYuanVLProcessor(image_processor=images, tokenizer=tokenizer, chat_template=tokenizer.chat_template)


def corpus(folder: Path) -> Iterator[str]:
    """Every line of the folder's .txt files but those of old novels, whose diction would crowd out today's."""
    for path in sorted(folder.rglob("*.txt")):
        if path.parent.name != "en_novels":
            yield from path.read_text(encoding="utf-8").splitlines()


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True, help="folder with .txt files, searched recursively")
    parser.add_argument("--output", type=Path, required=True, help="checkpoint folder to save the tokenizer in")
    options = parser.parse_args()
    tokenizer = build(corpus(options.text))
    processor_nano(tokenizer).save_pretrained(options.output)
    print(f"{len(tokenizer)} entries saved in {options.output}")


if __name__ == "__main__":
    main()

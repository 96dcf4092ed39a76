"""How many tokens rows take, as `training.packing.Encoder` writes them, counted without writing them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, product
from typing import Any

from hyocr.model.chat import messages
from hyocr.model.checkpoint import Prepared
from hyocr.model.folder import read_metadata

KNOWN_PIECES = 1 << 17
"""Words whose lengths are remembered."""

LONGEST_PIECE = 64
"""Characters; longer ones hardly come twice."""

_BEFORE_SPACE = re.compile(r"(?<=\S)(?= \S)")
_NEIGHBOURS = "aZ7.-é中"


class Lengths:
    """For one checkpoint, with each character of an answer (and each tag) a token or with merged ones."""

    def __init__(self, checkpoint: Prepared, by_character: bool) -> None:
        self._processor, self._tokenizer = checkpoint.processor, checkpoint.processor.tokenizer
        self._by_character, self._in_words = by_character, words_stand_alone(self._tokenizer)
        added = sorted(
            (token.content for token in self._tokenizer.added_tokens_decoder.values()), key=len, reverse=True
        )
        self._added = re.compile("|".join(map(re.escape, added)))
        self._known: dict[str, int] = {}
        self.prompt = lru_cache(256)(self._prompt)

    def answers(self, answers: Sequence[str]) -> list[int]:
        """Tokens of each answer, without the one that ends it."""
        pieces: list[Sequence[str]]
        if self._by_character:
            return [self._characters(answer) for answer in answers]
        pieces = [_BEFORE_SPACE.split(answer) if self._in_words else [answer] for answer in answers]
        known = self._known
        new = list({piece for piece in chain(*pieces) if piece not in known})
        lengths = dict(zip(new, self._encoded(new), strict=True))
        found = [sum(known[piece] if piece in known else lengths[piece] for piece in parts) for parts in pieces]
        if len(known) < KNOWN_PIECES:
            known.update((piece, length) for piece, length in lengths.items() if len(piece) <= LONGEST_PIECE)
        return found

    def _prompt(self, prompt: str) -> int:
        """Tokens of the question in its chat, without its image."""
        return self._chat(prompt, image=True) - 1

    def text(self, prompt: str) -> int:
        """Tokens of a question about the text in it, in its chat."""
        return self._chat(prompt, image=False)

    def _chat(self, prompt: str, image: bool) -> int:
        asked = messages(prompt, image=image)
        return self._encoded([self._processor.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)])[
            0
        ]

    def _characters(self, answer: str) -> int:
        rest, tags = self._added.subn("", answer)
        characters = Counter(rest)
        new = list(characters.keys() - self._known.keys())
        self._known.update(zip(new, self._encoded(new), strict=True))
        return tags + sum(self._known[character] * count for character, count in characters.items())

    def _encoded(self, texts: list[str]) -> list[int]:
        if not texts:
            return []
        encoded: Any = self._tokenizer(texts, add_special_tokens=False, return_attention_mask=False)
        return [len(ids) for ids in encoded["input_ids"]]


def writes_characters(checkpoint: Prepared) -> bool:
    """Whether the checkpoint was taught to write each character as a token of its own, as nano was."""
    return bool(read_metadata(checkpoint.folder).get("characters"))


def words_stand_alone(tokenizer: Any) -> bool:
    """Whether no token reaches over the beginning of a single space, so that words can be counted one by one.

    So it is wherever text is cut before its tokens are merged, as all byte-level vocabularies known here do; whether
    this one does is tried.
    """
    backend = tokenizer.backend_tokenizer
    added = tokenizer.added_tokens_decoder.values()
    if backend.normalizer or not backend.pre_tokenizer:
        return False
    if any(token.lstrip or token.rstrip or token.single_word or " " in token.content for token in added):
        return False
    cuts = [backend.pre_tokenizer.pre_tokenize_str(f"a{a} {b}b") for a, b in product(_NEIGHBOURS, repeat=2)]
    return all(any(start == 2 for _, (start, _) in pieces) for pieces in cuts)

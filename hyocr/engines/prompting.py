"""From a request to what a checkpoint is asked, and from its tokens back to text, for every engine in process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from PIL import Image
from transformers import GenerationConfig

from hyocr.canvas import stretched
from hyocr.engines.base import Request
from hyocr.engines.verbatim import Grammar, Spelling
from hyocr.engines.writer import Pieces, TokenWriter
from hyocr.errors import EngineError
from hyocr.model.chat import chat_tokens, messages
from hyocr.model.checkpoint import Prepared


@dataclass(frozen=True)
class Job:
    """A request that fits the model: its prompt text, the prompt's length in tokens, and how much may be written."""

    index: int
    request: Request
    prompt: str
    length: int
    max_tokens: int

    @property
    def tokens(self) -> int:
        """What it may take in all: prompt and answer."""
        return self.length + self.max_tokens


class Prompter:
    """Knows one checkpoint's chat, vocabulary and limits. `context`: tokens that prompt and answer may have in all."""

    def __init__(self, checkpoint: Prepared, context: int | None = None) -> None:
        self.processor = checkpoint.processor
        self.context = context or int(checkpoint.config.text_config.max_position_embeddings)
        chat, last = chat_tokens(self.processor, self.processor.tokenizer)
        self.stops = _end_ids(checkpoint) | {last}
        self.pieces = Pieces(self.processor.tokenizer, chat | self.stops | _layout_ids(checkpoint))
        self._stretch = checkpoint.line_stretch

    def job(self, index: int, request: Request) -> Job:
        """Checks a request before anything runs, so that a bad one costs no work on the others. Raises EngineError."""
        picture, image = "", request.image
        if image is not None:
            if request.of_line:
                image = stretched(image, self._stretch)
                request = replace(request, image=image)
            picture = "image and "
        chat = messages(request.prompt, image=image is not None)
        prompt = self.processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        try:
            length = self._text_length(prompt) if image is None else self._length(prompt, image)
        except (ValueError, ZeroDivisionError) as error:
            raise EngineError(f"Request {index}: the model cannot take this {picture}prompt: {error}") from error
        room = self.context - length
        if room < 1:
            advice = "use a smaller image or cut it into parts" if picture else "ask about less text at once"
            raise EngineError(
                f"Request {index}: {picture}prompt take {length} tokens, the model holds {self.context}; {advice}."
            )
        return Job(index, request, prompt, length, min(request.max_tokens, room))

    def writer(self, job: Job) -> TokenWriter:
        """What collects the job's answer."""
        wanted = job.request.verbatim
        grammar = None if wanted is None else Grammar(self._spelling, self.stops, wanted)
        return TokenWriter(self.pieces, self.stops, job.max_tokens, job.request, grammar)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.pieces)

    def _length(self, prompt: str, image: Image.Image) -> int:
        """Tokens of a prompt with its image. Raises ValueError or ZeroDivisionError where the model cannot take it."""
        images = self.processor.image_processor
        self.processor.validate_inputs(images=[image], text=[prompt])
        rows, columns = images.get_number_of_image_patches(image.height, image.width)
        merge = images.merge_size
        visual: int = rows // merge * (columns // merge + 1) + 2
        return self._text_length(prompt.replace(self.processor.image_token, "", 1)) + visual

    def _text_length(self, prompt: str) -> int:
        """Tokens of a prompt without an image. Raises ValueError where it has an image's token."""
        if self.processor.image_token in prompt:
            raise ValueError(f"it has the token {self.processor.image_token}, which stands for an image")
        return len(self.processor.tokenizer(prompt, add_special_tokens=False)["input_ids"])


def _end_ids(checkpoint: Prepared) -> set[int]:
    named = [checkpoint.config.text_config.eos_token_id]
    if (checkpoint.folder / "generation_config.json").exists():
        named.append(GenerationConfig.from_pretrained(checkpoint.folder, local_files_only=True).eos_token_id)
    ends: set[int] = set()
    for eos in named:
        ends.update(eos if isinstance(eos, list) else [] if eos is None else [eos])
    return ends


def _layout_ids(checkpoint: Prepared) -> set[int]:
    config, tokenizer = checkpoint.config, checkpoint.processor.tokenizer
    images = {config.image_token_id, config.im_start_id, config.im_end_id, config.im_newline_id}
    return images | {tokenizer.pad_token_id, tokenizer.bos_token_id}

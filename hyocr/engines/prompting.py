"""From a request to what a checkpoint is asked, and from its tokens back to text, for every engine in process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from transformers import GenerationConfig

from hyocr.canvas import stretched
from hyocr.engines.base import Request
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
        if request.of_line:
            request = replace(request, image=stretched(request.image, self._stretch))
        chat = messages(request.prompt)
        prompt = self.processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        tokenizer, images = self.processor.tokenizer, self.processor.image_processor
        try:
            self.processor.validate_inputs(images=[request.image], text=[prompt])
            rows, columns = images.get_number_of_image_patches(request.image.height, request.image.width)
        except (ValueError, ZeroDivisionError) as error:
            raise EngineError(f"Request {index}: the model cannot take this image or prompt: {error}") from error
        merge = images.merge_size
        visual = rows // merge * (columns // merge + 1) + 2
        length = len(tokenizer(prompt, add_special_tokens=False)["input_ids"]) - 1 + visual
        room = self.context - length
        if room < 1:
            raise EngineError(
                f"Request {index}: image and prompt take {length} tokens, the model holds {self.context}; "
                "use a smaller image or cut it into parts."
            )
        return Job(index, request, prompt, length, min(request.max_tokens, room))

    def writer(self, job: Job) -> TokenWriter:
        """What collects the job's answer."""
        return TokenWriter(self.pieces, self.stops, job.max_tokens, job.request)


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

"""Runs a checkpoint in this process with the transformers library."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor

from hyocr.canvas import stretched
from hyocr.engines.base import Generation, Request
from hyocr.engines.decoding import decode
from hyocr.engines.line_head import LineHead
from hyocr.engines.writer import Pieces, Writer
from hyocr.errors import CheckpointError, EngineError
from hyocr.model.chat import chat_tokens, messages
from hyocr.model.checkpoint import Checkpoint, load
from hyocr.model.ctc import load_head

BATCH_TOKENS = {"cpu": 16384, "cuda": 131072}
"""Prompt plus answer tokens of one batch, at most. A token's keys and values take 4 KB in nano, 98 KB in the 1B.

One CPU core reads 12 nano-sized lines a second one by one, 67 in batches of 32, 101 in batches of 128 or 256 (random
weights, 18 tokens a line, 60 tokens of budget each). 128 K tokens of the 1B take 13 GB of GPU memory.
"""


@dataclass(frozen=True)
class _Job:
    """A request that fits the model: its prompt text, the prompt's length in tokens, and how much may be written."""

    index: int
    request: Request
    prompt: str
    length: int
    max_tokens: int

    @property
    def tokens(self) -> int:
        return self.length + self.max_tokens


class TransformersEngine:
    """An `Engine` for any HunYuanVLForConditionalGeneration checkpoint: "nano", a folder or a hub id.

    `device` None takes CUDA where there is one. `batch_tokens` bounds the tokens (prompts and answers) in work at once;
    requests of similar length share a batch. A batch that does not fit the memory is halved until it does.
    """

    def __init__(
        self,
        checkpoint: str = "nano",
        device: str | None = None,
        batch_tokens: int | None = None,
        line_reader: str | None = None,
    ) -> None:
        loaded = load(checkpoint, device)
        self.name = loaded.name
        self.default_strategy = loaded.default_strategy
        self._model, self._processor = loaded.model, loaded.processor
        self.line_reader = line_reader or loaded.line_reader
        self._line_head = _line_head(loaded) if self.line_reader == "ctc" else None
        self._line_stretch = loaded.line_stretch
        self._batch_tokens = batch_tokens or BATCH_TOKENS.get(self._model.device.type, BATCH_TOKENS["cpu"])
        self._context = int(self._model.config.text_config.max_position_embeddings)
        chat, last = chat_tokens(self._processor, self._processor.tokenizer)
        self._stops = _end_ids(self._model) | {last}
        self._pieces = Pieces(self._processor.tokenizer, chat | self._stops | _layout_ids(loaded))

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """One Generation per request, in order. Raises EngineError, naming the request, where one cannot run."""
        done: dict[int, Generation] = {}
        if self._line_head:
            lines = [i for i, request in enumerate(requests) if request.single_line]
            done.update(zip(lines, self._line_head.read([requests[i].image for i in lines]), strict=True))
        jobs = [self._job(i, request) for i, request in enumerate(requests) if i not in done]
        for batch in _batches(jobs, self._batch_tokens):
            done.update(self._run(batch))
        return [done[i] for i in range(len(requests))]

    def stream(self, request: Request) -> Generator[str, None, Generation]:
        """Pieces of whole characters as they are written; the generator's return value is the Generation.

        On a repetition stop the pieces hold the loop as it was written; only the returned Generation is trimmed.
        """
        job = self._job(0, request)
        writer = self._writer(job)
        shown = 0
        try:
            for _ in decode(self._model, self._inputs([job]), [writer]):
                if len(writer.text) > shown:
                    yield writer.text[shown:]
                    shown = len(writer.text)
        except (RuntimeError, MemoryError) as error:
            raise _engine_error(error, job) from error
        return writer.generation(job.length)

    def _job(self, index: int, request: Request) -> _Job:
        """Checks a request before anything runs, so that a bad one costs no work on the others."""
        if request.single_line:
            request = replace(request, image=stretched(request.image, self._line_stretch))
        chat = messages(request.prompt)
        prompt = self._processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        tokenizer, images = self._processor.tokenizer, self._processor.image_processor
        try:
            self._processor.validate_inputs(images=[request.image], text=[prompt])
            rows, columns = images.get_number_of_image_patches(request.image.height, request.image.width)
        except (ValueError, ZeroDivisionError) as error:
            raise EngineError(f"Request {index}: the model cannot take this image or prompt: {error}") from error
        merge = images.merge_size
        visual = rows // merge * (columns // merge + 1) + 2
        length = len(tokenizer(prompt, add_special_tokens=False)["input_ids"]) - 1 + visual
        room = self._context - length
        if room < 1:
            raise EngineError(
                f"Request {index}: image and prompt take {length} tokens, the model holds {self._context}; "
                "use a smaller image or cut it into parts."
            )
        return _Job(index, request, prompt, length, min(request.max_tokens, room))

    def _run(self, batch: list[_Job]) -> dict[int, Generation]:
        writers = [self._writer(job) for job in batch]
        try:
            for _ in decode(self._model, self._inputs(batch), writers):
                pass
        except (RuntimeError, MemoryError) as error:
            if len(batch) == 1 or not _out_of_memory(error):
                raise _engine_error(error, batch[0]) from error
        else:
            return {job.index: writer.generation(job.length) for job, writer in zip(batch, writers, strict=True)}
        # Retried out here, where the failed attempt's tensors are no longer held by the exception.
        half = len(batch) // 2
        return self._run(batch[:half]) | self._run(batch[half:])

    def _writer(self, job: _Job) -> Writer:
        return Writer(self._pieces, self._stops, job.max_tokens, job.request.temperature)

    def _inputs(self, batch: Iterable[_Job]) -> dict[str, Tensor]:
        inputs = self._processor(
            text=[job.prompt for job in batch],
            images=[[job.request.image] for job in batch],
            padding=True,
            padding_side="left",
            return_tensors="pt",
        )
        return dict(inputs.to(self._model.device))


def _line_head(loaded: Checkpoint) -> LineHead:
    try:
        return LineHead(loaded.model, load_head(loaded.folder))
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise CheckpointError(f"{loaded.folder} has no usable CTC head to read lines with: {error}") from error


def _batches(jobs: list[_Job], budget: int) -> list[list[_Job]]:
    """Jobs of similar length together, longest first; rows times the longest row stay within `budget` tokens."""
    batches: list[list[_Job]] = []
    widest = 0
    for job in sorted(jobs, key=lambda job: job.tokens, reverse=True):
        if not batches or (len(batches[-1]) + 1) * widest > budget:
            batches.append([])
            widest = job.tokens
        batches[-1].append(job)
    return batches


def _end_ids(model: Any) -> set[int]:
    ends: set[int] = set()
    for eos in (model.generation_config.eos_token_id, model.config.text_config.eos_token_id):
        ends.update(eos if isinstance(eos, list) else [] if eos is None else [eos])
    return ends


def _layout_ids(loaded: Checkpoint) -> set[int]:
    config, tokenizer = loaded.model.config, loaded.processor.tokenizer
    images = {config.image_token_id, config.im_start_id, config.im_end_id, config.im_newline_id}
    return images | {tokenizer.pad_token_id, tokenizer.bos_token_id}


def _out_of_memory(error: Exception) -> bool:
    # The CPU allocator raises a plain RuntimeError.
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error)


def _engine_error(error: Exception, job: _Job) -> EngineError:
    if _out_of_memory(error):
        return EngineError(
            f"Request {job.index}: out of memory with {job.length} prompt tokens, even alone; "
            "use a smaller image, fewer max_tokens or a larger device."
        )
    return EngineError(f"Request {job.index}: the model failed: {error}")

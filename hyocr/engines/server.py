"""Asks an OpenAI-compatible server (vLLM, SGLang, llama.cpp) that has the checkpoint loaded."""

from __future__ import annotations

import asyncio
import base64
import io
import os
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any

import openai
from openai import AsyncOpenAI, AsyncStream
from PIL import Image

from hyocr.canvas import stretched
from hyocr.engines.background import Background, result
from hyocr.engines.base import Budget, Generation, Request, refuse_verbatim
from hyocr.engines.faults import BrokenStream, explain, may_pass, pause, sentence
from hyocr.engines.served import Served, check_url, choose, local_folder
from hyocr.engines.streamed import StreamedWriter, finish_reason
from hyocr.errors import EngineError
from hyocr.model.chat import messages
from hyocr.model.folder import Folder

if TYPE_CHECKING:
    from hyocr.engines.line_head import LineHead

LOOK_SECONDS = 0.2
"""Between two looks at the budgets of requests that wait."""

CONNECT_SECONDS = 10.0
MODELS_SECONDS = 30.0

_REFUSABLE = {
    "logprobs": re.compile("logprob"),
    "skip_special_tokens": re.compile("skip_special_tokens"),
    "repetition_penalty": re.compile("repetition_penalty"),
    "max_tokens": re.compile(r"max_\w*tokens|context|too (long|large)"),
}
"""Parameters a server may refuse with a 400, and how to tell from its sentence."""

_NOT_OPENAI = (ValueError, TypeError, AttributeError, KeyError)
"""What comes of an answer that is not JSON or not of the shape of OpenAI's: the SDK checks neither."""


class ServerEngine:
    """An `Engine` for the checkpoint that the server at `url` (such as http://127.0.0.1:8000/v1) runs.

    `model` is the name it is served under; a server with only one model is asked for that one whatever it is called.
    How the checkpoint wants to be used is known if it is "nano" or a folder on this machine, under its served name, as
    `model`, or where the server says that it lies. A checkpoint that `observes` has its lines read here, by its CTC
    head, as its language model sees no pictures; of others, the server reads the lines too.
    `api_key` None takes the environment's HYOCR_API_KEY. At most `concurrency` requests are under way at once;
    `timeout` is the silence in seconds that is borne, `retries` how often a request that meets a passing error is sent
    again. Raises EngineError where the server does not answer, or not as OpenAI's API does.

    Close it, or use it as a context manager: it holds connections and a thread.
    """

    def __init__(
        self,
        url: str,
        model: str = "nano",
        api_key: str | None = None,
        concurrency: int = 8,
        timeout: float = 300.0,
        retries: int = 4,
    ) -> None:
        check_url(url)
        if concurrency < 1 or retries < 0:
            raise EngineError(f"Use a concurrency of 1 or more and 0 or more retries, not {concurrency} and {retries}.")
        self._server = f"the server at {url}"
        self._retries = retries
        self.concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._refused: set[str] = set()
        self._too_many_tokens: float = float("inf")
        self._client = AsyncOpenAI(
            base_url=url,
            api_key=api_key or os.environ.get("HYOCR_API_KEY") or "none",
            timeout=openai.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            max_retries=0,  # the SDK's own do not cover an answer that breaks off
        )
        self._background = Background(cleanup=self._client.close)
        try:
            chosen = choose(self._background.run(self._served(min(timeout, MODELS_SECONDS))), model, url)
            local = local_folder(chosen, model)
            self._line_head = _line_head(local)
        except BaseException:
            self.close()
            raise
        self._model = chosen.name
        self.name = local.name if local else chosen.name
        self.default_strategy = local.default_strategy if local else "page"
        self.observes = local.observes if local else ()
        self.line_reader = "ctc" if self._line_head else "language"
        self._line_stretch = local.line_stretch if local else 1.0

    def __enter__(self) -> ServerEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cancels what is under way and closes the connections. The engine cannot be used afterwards."""
        self._background.close()

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """One Generation per request, in order. Raises EngineError, naming the request, for the first that fails.

        The others are cancelled then, as they are when the caller is interrupted. `prompt_tokens` is 0 where the
        server did not get to tell it, which is after a repetition or the end of a budget.
        """
        refuse_verbatim(requests)
        done = self._read_lines(requests)
        left = {i: request for i, request in enumerate(requests) if i not in done}
        done.update(zip(left, self._background.run(self._all(left, _unseen)), strict=True))
        return [done[i] for i in range(len(requests))]

    def stream(self, request: Request) -> Generator[str, None, Generation]:
        """Pieces of text as they arrive; the generator's return value is the Generation. Closing it early cancels.

        On a repetition stop the pieces hold the loop as it was written; only the returned Generation is trimmed. When
        the connection breaks, the request is sent again and the pieces go on where the new answer passes the old.
        """
        pieces: SimpleQueue[str | None] = SimpleQueue()
        shown = 0

        def show(text: str) -> None:
            nonlocal shown
            if len(text) > shown:
                pieces.put(text[shown:])
                shown = len(text)

        refuse_verbatim([request])
        future = self._background.start(self._all({0: request}, show))
        future.add_done_callback(lambda _: pieces.put(None))
        try:
            while (piece := pieces.get()) is not None:
                yield piece
            return result(future)[0]
        finally:
            future.cancel()

    def _read_lines(self, requests: Sequence[Request]) -> dict[int, Generation]:
        if self._line_head is None:
            return {}
        from hyocr.engines.line_head import read_single_lines

        return read_single_lines(self._line_head, requests)

    async def _served(self, timeout: float) -> list[Served]:
        """The server's models. Raises EngineError."""
        try:
            models = (await self._client.models.list(timeout=timeout)).data
            return [Served(model.id, str((model.model_extra or {}).get("root") or "")) for model in models]
        except openai.APIError as error:
            raise EngineError(f"No model to ask: {explain(error, self._server)}") from error
        except _NOT_OPENAI as error:
            raise EngineError(
                f"No model to ask: {self._server} answers with something else than a list of models; "
                "check the URL, which usually ends in /v1."
            ) from error

    async def _all(self, requests: Mapping[int, Request], show: Callable[[str], None]) -> list[Generation]:
        """The answers to requests, which errors name by their number."""
        tasks = [asyncio.create_task(self._ask(i, request, show)) for i, request in requests.items()]
        watch = asyncio.create_task(_watch(tasks, [request.budget for request in requests.values()]))
        try:
            return await asyncio.gather(*tasks)
        finally:  # after an error the others are still running
            for task in (watch, *tasks):
                task.cancel()
            await asyncio.gather(watch, *tasks, return_exceptions=True)

    async def _ask(self, index: int, request: Request, show: Callable[[str], None]) -> Generation:
        """The answer, or what there is of it when the budget is over, which `_watch` tells by cancelling."""
        writers: list[StreamedWriter] = []
        try:
            async with self._slots:
                if not request.budget.over():
                    answer = await self._send(index, request, writers, show)
                    if answer.finish_reason in ("stop", "length", "repetition") or not request.budget.over():
                        return answer
        except asyncio.CancelledError:
            if not request.budget.over():
                raise
        longest = max(writers, key=lambda writer: len(writer.text), default=StreamedWriter(0, request.budget))
        longest.look()
        return longest.generation(0)

    async def _send(
        self, index: int, request: Request, writers: list[StreamedWriter], show: Callable[[str], None]
    ) -> Generation:
        """Sends the request until it is answered or hopeless; `show` is called with the whole text as it grows.

        What each try wrote is kept in `writers`.
        """
        chat = await asyncio.to_thread(self._chat, request)
        while True:
            writers.append(StreamedWriter(request.max_tokens, request.budget))
            try:
                return await self._attempt(chat, request, writers[-1], show)
            except (openai.APIError, BrokenStream) as error:
                attempt = len(writers) - 1
                if attempt == self._retries or not may_pass(error):
                    raise EngineError(f"Request {index}: {explain(error, self._server)}") from error
                seconds = pause(error, attempt)
            except _NOT_OPENAI as error:
                raise EngineError(
                    f"Request {index}: {self._server} answers with something else than OpenAI's chat API; "
                    "check the URL and look at its log."
                ) from error
            await asyncio.sleep(seconds)

    def _chat(self, request: Request) -> Any:
        """The messages in OpenAI's form, the image as lossless PNG."""
        image = request.image
        system, user = messages(request.prompt)
        if image is None:  # plain text is what the most servers take
            return [system, {**user, "content": request.prompt}]
        if request.of_line:
            image = stretched(image, self._line_stretch)
        parts = [_image_part(image) if part["type"] == "image" else part for part in user["content"]]
        return [system, {**user, "content": parts}]

    async def _attempt(
        self, chat: Any, request: Request, writer: StreamedWriter, show: Callable[[str], None]
    ) -> Generation:
        prompt_tokens, ended = 0, False
        stream, bounded = await self._open(chat, request)
        async with stream:
            async for chunk in stream:
                if chunk.get("usage"):
                    prompt_tokens = chunk["usage"]["prompt_tokens"]
                for choice in chunk["choices"]:
                    tokens = (choice.get("logprobs") or {}).get("content")
                    writer.take(choice["delta"].get("content") or "", tokens or ())
                    if reason := choice.get("finish_reason"):
                        writer.end(finish_reason(reason))
                        ended = True
                show(writer.text)
                # A server that ends by itself, because it knows the length, tells after that how long the prompt was.
                if not ended and writer.finish is not None and not (writer.finish == "length" and bounded):
                    break
        if writer.finish is None:
            raise BrokenStream("the answer broke off")
        return writer.generation(prompt_tokens)

    async def _open(self, chat: Any, request: Request) -> tuple[AsyncStream[Any], bool]:
        """The answer's stream, and whether the server was told how long it may be.

        A parameter that the server refuses is left out, and for all later requests too if that helps. So is a
        max_tokens for which prompt and context leave no room: vLLM refuses it instead of taking what there is, and
        only the server can count the prompt. Without it the server writes as far as the context goes and we stop it.
        """
        dropped: set[str] = set()
        while True:
            options = {name: value for name, value in self._options(request).items() if name not in dropped}
            body = {
                "model": self._model,
                "messages": chat,
                "temperature": request.temperature,
                "stream": True,
                "stream_options": {"include_usage": True},
                **options,
            }
            try:
                # Not chat.completions.create, whose chunk objects cost three quarters of the time here.
                stream = await self._client.post(
                    "/chat/completions", body=body, cast_to=object, stream=True, stream_cls=AsyncStream[Any]
                )
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                said = sentence(error)
                refused = next((name for name in options if _REFUSABLE[name].search(said)), None)
                if refused is None:
                    raise
                dropped.add(refused)
            else:
                self._refused |= dropped - {"max_tokens"}
                if "max_tokens" in dropped:
                    self._too_many_tokens = min(self._too_many_tokens, request.max_tokens)
                return stream, "max_tokens" in options

    def _options(self, request: Request) -> dict[str, Any]:
        # Markup such as <quad> is special tokens in the published checkpoints.
        options: dict[str, Any] = {"logprobs": True, "skip_special_tokens": False, "max_tokens": request.max_tokens}
        if request.repetition_penalty != 1:
            options["repetition_penalty"] = request.repetition_penalty
        if request.max_tokens >= self._too_many_tokens:
            del options["max_tokens"]
        return {name: value for name, value in options.items() if name not in self._refused}


def _line_head(local: Folder | None) -> LineHead | None:
    if local is None or not local.observes or local.line_reader != "ctc":
        return None
    from hyocr.engines.line_head import load_line_head_alone  # with torch, which other checkpoints do not need here

    return load_line_head_alone(local)


async def _watch(tasks: Sequence[asyncio.Task[Generation]], budgets: Sequence[Budget]) -> None:
    """Cancels each task whose budget is over."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for task, budget in zip(tasks, budgets, strict=True):
            if budget.over():
                task.cancel()


def _image_part(image: Image.Image) -> dict[str, Any]:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)  # the network is faster than a better compressor
    data = base64.b64encode(buffer.getvalue()).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}


def _unseen(text: str) -> None:
    pass

"""`hyocr api`: the document API, an OCR service in front of any engine."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from http import HTTPStatus
from pathlib import Path
from socket import socket

import anyio.to_thread
import uvicorn
from fastapi import APIRouter, FastAPI, Security
from fastapi.security import HTTPBearer
from uvicorn.protocols.http.h11_impl import H11Protocol

from hyocr import __version__
from hyocr.api import docs_page, handlers, routes, uploads
from hyocr.api.gate import Gate
from hyocr.api.keys import Keys, load_keys
from hyocr.api.routes import Serving, errors
from hyocr.api.service import Service
from hyocr.api.settings import Settings
from hyocr.api.store import Store
from hyocr.api.wire import Health, Model, ModelList
from hyocr.batch import load_engine
from hyocr.engines.base import Engine
from hyocr.errors import EngineError, HyocrError
from hyocr.serve.address import check_address
from hyocr.serve.refusals import Refused

CONNECTIONS = 128
"""At once; a client beyond them gets a 503. There are as many threads, so that none waits for those others hold."""

KEEP_ALIVE_SECONDS = 15
"""How long a connection may stay without a request, the first one too."""

STOP_SECONDS = 5
EXPIRE_SECONDS = 3600

log = logging.getLogger(__name__)

DESCRIPTION = """Reads PDFs and images. `/v1/ocr` has the shape of Mistral's OCR API, so that its clients work here;
`/v1/tasks` and `/v1/jobs` give all that is known, with boxes and confidences. Every error is a JSON object with a
sentence that says what to do."""


def serve(
    model: str,
    engine: str,
    strategy: str,
    host: str,
    port: int,
    data: Path,
    keys_file: Path | None,
    api_key: str | None,
) -> None:
    """Serves until it is told to stop. Raises HyocrError where it cannot begin: before that nothing is listening.

    `strategy` is "page", "lines" or "auto"; `data` the folder of jobs, results and files.
    """
    settings = Settings.from_env(os.environ)
    keys = load_keys(keys_file, api_key)
    check_address(host, port, guarded=bool(keys))
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # what clients get wrong is told to them
    # After its own end uvicorn raises the signal again; this way what is open is closed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with closing(Store(data)) as store, closing(load_engine(model, engine)) as loaded:
        app = create_app(loaded, store, settings, keys, None if strategy == "auto" else strategy)
        server = _Server(
            uvicorn.Config(
                app,
                host,
                port,
                http=Connection,
                ws="none",
                lifespan="on",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                limit_concurrency=CONNECTIONS,
                h11_max_incomplete_event_size=16 * 1024,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        server.run()
    if not server.started:
        raise EngineError("The service could not begin; its log above says why.")


def create_app(engine: Engine, store: Store, settings: Settings, keys: Keys, strategy: str | None = None) -> FastAPI:
    """The application. It reads the store's jobs while it runs, and closes neither engine nor store."""
    service = Service(engine, store, settings, strategy)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CONNECTIONS))
        anyio.to_thread.current_default_thread_limiter().total_tokens = CONNECTIONS
        service.start()
        expiring = asyncio.create_task(_expire(service))
        yield
        expiring.cancel()
        await asyncio.to_thread(service.runner.stop)

    bearer = [Security(HTTPBearer(auto_error=False, description="An API key."))] if keys else []
    app = FastAPI(
        title="hyocr",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.state.service = service
    for router in (routes.router, uploads.router, models):
        app.include_router(router, dependencies=bearer)
    for router in (watching, docs_page.router):
        app.include_router(router)
    handlers.install(app)
    app.add_middleware(Gate, settings=settings, keys=keys)
    return app


watching = APIRouter(tags=["service"])


@watching.get("/health", responses=errors(503))
def health(service: Serving) -> Health:
    """200 while jobs are read, for those who watch the service; needs no key."""
    if not service.runner.alive:
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "No jobs are read; look at the service's log and start it again.")
    return Health(model=service.engine.name, jobs=service.store.active())


models = APIRouter(prefix="/v1", tags=["service"])


@models.get("/models", responses=errors())
def list_models(service: Serving) -> ModelList:
    """The one model there is."""
    return ModelList(data=[Model(id=service.engine.name, created=service.started)])


class Connection(H11Protocol):
    """Closes a connection on which no whole request head comes in time: strangers could hold all there are for ever."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_request()

    def on_response_complete(self) -> None:
        self._await_request()
        super().on_response_complete()

    def _await_request(self) -> None:
        self.loop.call_later(KEEP_ALIVE_SECONDS, self._close_if_still, self.cycle)

    def _close_if_still(self, answered: object) -> None:
        if self.cycle is answered:
            self.transport.close()


class _Server(uvicorn.Server):
    """Ends the pages in work before it waits for the requests that wait for them."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self.config.app.state.service.runner.halt()  # type: ignore[union-attr]
        await super().shutdown(sockets)


async def _expire(service: Service) -> None:
    while True:
        try:
            await asyncio.to_thread(service.expire)
        except HyocrError as error:
            log.warning("old jobs stay for another hour: %s", error)
        await asyncio.sleep(EXPIRE_SECONDS)

"""The pool that goes past one machine: the pieces of a corpus mapped over Ray Data, by actors that each hold a reader.

One dataset for the whole run, so that models are loaded once. Its rows are not known when it starts: the driver lays
pieces on a desk, a small actor, and takes more from the plan as results come back; a Ray Data task turns what lies
there into rows. Every row and every page result is a block of its own, so that a page reaches the driver when it is
read. What happens when workers die is in `hyocr.corpus.actors`.
"""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from hyocr.corpus.actors import Desk, Worker, gist, laid, to_row
from hyocr.corpus.work import Piece, Reading, pieces_at_once
from hyocr.document import PageResult
from hyocr.errors import EngineError, HyocrError
from hyocr.job import is_server

AHEAD = 4
"""Pieces laid out for each one in work: enough to bridge the driver's pauses, few enough to stop soon."""

KNOCK_SECONDS = 10.0

OBJECT_STORE = 200_000_000
"""Bytes of shared memory of a local cluster: only paths and page results pass through it."""


def run_on_ray(
    reading: Reading, pieces: Iterator[Piece], workers: int, address: str
) -> Generator[tuple[Piece, PageResult], None, None]:
    """Every page of every piece exactly once, in any order, as soon as it is read by one of `workers` Ray actors.

    `address` "local" starts a cluster on this machine, which only this run may use, and stops it at the end; any other,
    such as HOST:PORT, is that of a cluster to which this machine belongs and which goes on running; hyocr is installed
    on all its machines and the documents lie under the same paths there. A Ray that this process is connected to
    already is used as it is. Actors take a GPU each where the cluster has any and the engine is not a server's address.

    Raises HyocrError: no Ray, no such cluster, no model. Closing the iterator stops the actors.
    """
    with _connected(address, workers) as ray, ExitStack() as stack:
        here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            ray.get_runtime_context().get_node_id(), soft=False
        )
        desk = ray.remote(num_cpus=0, scheduling_strategy=here)(Desk).remote()
        stack.callback(ray.kill, desk)
        try:
            rows = stack.enter_context(closing(_rows(reading, workers, desk)))
            yield from _exchange(rows, desk, pieces, AHEAD * workers * pieces_at_once(reading))
        except ray.exceptions.RayError as error:
            raise EngineError(
                f"Ray ended the run ({gist(error)}); look at Ray's logs and run the same command again."
            ) from error


def _exchange(
    rows: Iterator[dict[str, Any]], desk: Any, pieces: Iterator[Piece], ahead: int
) -> Iterator[tuple[Piece, PageResult]]:
    """Lays pieces out, at most `ahead` of them at a time, and yields what comes back for them."""
    import ray

    numbered = enumerate(pieces)
    waiting: dict[int, tuple[Piece, set[int]]] = {}
    more = True
    while more or waiting:
        while more and len(waiting) < ahead:
            index, piece = next(numbered, (None, None))
            if index is None or piece is None:
                more = False
                ray.get(desk.lay.remote(""))
            else:
                waiting[index] = piece, set(piece.numbers)
                ray.get(desk.lay.remote(to_row(index, piece)))  # one after the other: Ray may reorder calls
        if not waiting:
            return
        row = next(rows, None)
        if row is None:
            raise EngineError("Ray ended before all pages were read; run the same command again to read the others.")
        if row["failure"]:
            raise EngineError(row["failure"])
        index, page = int(row["index"]), PageResult.from_dict(json.loads(row["page"]))
        piece, left = waiting.get(index, (None, set()))
        if piece and page.number in left:  # a piece may be read twice where its worker died at the end of it
            left.remove(page.number)
            if not left:
                del waiting[index]
                desk.finish.remote(index)
            yield piece, page


def _rows(reading: Reading, workers: int, desk: Any) -> Generator[dict[str, Any], None, None]:
    """The running dataset: what the workers say, row by row."""
    import ray.data

    context = ray.data.DataContext.get_current()  # which the dataset keeps a copy of
    context.target_max_block_size = 1  # byte: every row is a block, and goes on its way when it is there
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    at_once = pieces_at_once(reading)
    strategy = ray.data.ActorPoolStrategy(
        size=workers, max_concurrent_calls_per_actor=at_once, enable_true_multi_threading=at_once > 1
    )
    # Other resources than the workers', or Ray would fuse the two and have one worker do everything.
    rows = ray.data.from_items([{"piece": ""}]).map_batches(laid, fn_args=(desk,), batch_size=1, num_cpus=0)
    # Ray Data itself restarts actors and repeats their tasks without end.
    read = rows.map_batches(
        Worker,
        fn_constructor_args=(reading.to_dict(), desk),
        batch_size=1,
        compute=strategy,
        **_resources(reading, workers),
    )
    for batch in read.iter_batches(batch_size=None, prefetch_batches=0, batch_format="pyarrow"):
        yield from batch.to_pylist()


def _resources(reading: Reading, workers: int) -> dict[str, int]:
    """What Ray sets aside for one worker: a GPU if there are any to run the model on, else its share of the CPUs."""
    import ray

    if is_server(reading.engine):
        return {"num_cpus": 1}
    if ray.cluster_resources().get("GPU"):
        return {"num_cpus": 1, "num_gpus": 1}
    cpus = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    shares = range(max(cpus), 0, -1)
    return {"num_cpus": next((share for share in shares if sum(n // share for n in cpus) >= workers), 1)}


@contextmanager
def _connected(address: str, workers: int) -> Iterator[Any]:
    """Ray, connected. Raises HyocrError where it is not installed or the cluster cannot be reached.

    A local cluster listens on all addresses of the machine; Ray itself guards it with the token in ~/.ray.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise HyocrError("Ray is not installed: pip install 'hyocr[ray]'.") from error
    if ray.is_initialized():
        yield ray
        return
    local = {
        "num_cpus": max(workers, os.cpu_count() or 1),
        "object_store_memory": OBJECT_STORE,
        "include_dashboard": False,
        "_system_config": {"process_group_cleanup_enabled": True},  # what an engine has started ends with its worker
    }
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    try:
        _knock(address)
        ray.init(
            address=address,
            logging_level=logging.ERROR,
            log_to_driver=False,
            **(local if address == "local" else {}),
        )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise HyocrError(
            f"Ray at {address} does not answer ({gist(error)}); check the address, the cluster and its token."
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Raises OSError where nothing listens at HOST:PORT: Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), KNOCK_SECONDS).close()

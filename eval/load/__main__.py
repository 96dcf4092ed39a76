"""Loads a server of ours and looks at every answer, at the server's memory and at its health.

    python -m eval.load                                      # starts a server of its own; needs vLLM
    python -m eval.load --url http://127.0.0.1:8000/v1       # one that runs; its memory is not looked at

Three rounds of the same requests follow each other, the first of which warms the server up. Memory may still grow a
little in the last one: each batch of a shape that was not seen before takes some, whereas the same requests one by one
take none; growth that does not slow down over many rounds is a leak.

Half of each round is good: lines and pages of the example receipt. The rest are broken images, broken JSON, URLs to
fetch, uploads without end, clients that trickle or leave. Every good request was sent
alone before: a line must get the same text under load. A page may differ, which is listed: in another batch its answer
can take another turn at a near tie (see `eval.parity`).

The exit code is 1 if a good request is not answered or a line differs, if a bad one is not refused with the right
status and a sentence, or if the server is not well and at rest at the end.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from eval.arguments import positive
from eval.load.mix import GOOD, LIMITS
from eval.load.rounds import Load, Round, load, table
from eval.serving import leave_blocks_on_sigterm, served
from hyocr.errors import HyocrError

ROUNDS = 3


def report(done: Load) -> str:
    """The measurement in words."""
    lines = [table([one for turn in done.rounds for one in turn.outcomes])]
    lines += [_speed(number, turn) for number, turn in enumerate(done.rounds)]
    for number, (before, after) in enumerate(pairwise(done.rounds), 1):
        if before.memory and after.memory:
            lines.append(f"memory: round {number} added {after.memory - before.memory:+.0f} MiB")
    good = [one for turn in done.rounds for one in turn.outcomes if one.ask.status == 200]
    pages = [one for one in good if one.differs and one.ask.kind.startswith("page")]
    lines.append(f"{len(good)} good requests; texts that differ from the same request alone: {_differing(done)}")
    lines += [f"  (not counted as a mistake) {one.ask.kind}: {one.said!r}" for one in pages]
    lines += [f"MISTAKE {mistake}" for mistake in done.mistakes] or ["no mistakes"]
    return "\n".join(lines)


def _differing(done: Load) -> str:
    outcomes = [one for turn in done.rounds for one in turn.outcomes]
    return ", ".join(f"{sum(one.differs for one in outcomes if one.ask.kind == kind)} {kind}" for kind in GOOD)


def _speed(number: int, turn: Round) -> str:
    good = [one.seconds for one in turn.outcomes if one.status == 200]
    middle, late = np.percentile(good or [0.0], [50, 95])
    name = "warm-up" if number == 0 else f"round {number}"
    memory = "" if turn.memory is None else f"; the server holds {turn.memory:.0f} MiB"
    return (
        f"{name}: {len(turn.outcomes)} requests in {turn.seconds:.1f} s, {len(turn.outcomes) / turn.seconds:.1f} a "
        f"second; the {len(good)} good ones take {middle:.2f} s (median), {late:.2f} s (95 %){memory}"
    )


def _run(options: argparse.Namespace) -> Load:
    if options.url:
        return load(options.url, options.requests, options.concurrency, ROUNDS)
    with served(options.model, env=LIMITS) as server:
        print(f"server at {server.url}: {server.rss_mib():.0f} MiB at rest", flush=True)
        done = load(server.url, options.requests, options.concurrency, ROUNDS, server.rss_mib)
        if server.process.poll() is not None:
            return Load(done.rounds, (*done.faults, f"The server ended ({server.process.returncode})."))
        return done


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=positive, default=200, help="in each round")
    parser.add_argument("--concurrency", type=positive, default=32)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--url", help="of a server that runs, instead of one of its own")
    options = parser.parse_args(arguments)
    leave_blocks_on_sigterm()
    try:
        done = _run(options)
    except HyocrError as error:
        print(f"eval.load: {error}", file=sys.stderr)
        return 1
    print(report(done))
    return 1 if done.mistakes else 0


if __name__ == "__main__":
    sys.exit(main())

"""One measurement in a process of its own, so that its peak memory is its own: prints one JSON object.

Started by `eval.speed`: `python -m eval.speed.worker MEASURE '{"paths": [...], ...}'`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from hyocr.errors import HyocrError


def measure(name: str, **arguments: Any) -> dict[str, Any]:
    """What `name` ("read", "answers", "language", "batch", "served" or "peer") measures, and the seconds that
    its libraries took to import.

    They are imported here: a peer's memory is not charged with ours.
    """
    function: Callable[..., dict[str, Any]]
    started = time.perf_counter()
    if name == "peer":
        from eval.speed.peer import peer

        function = peer
    elif name == "served":
        from hyocr.batch import silence

        silence()
        from eval.speed.served import figures

        function = figures
    else:
        from hyocr.batch import silence

        silence()
        from eval.speed import ours

        measures: dict[str, Callable[..., dict[str, Any]]]
        measures = {"read": ours.read, "answers": ours.answers, "language": ours.language, "batch": ours.batch}
        function = measures[name]
    imported = time.perf_counter() - started
    return {"import": imported, **function(**arguments)}


def main() -> None:
    """Command line: see the module. What can be expected to go wrong is a sentence and exit code 1."""
    name, arguments = sys.argv[1:]
    try:
        print(json.dumps(measure(name, **json.loads(arguments))))
    except (HyocrError, ValueError, OSError, ImportError) as error:
        notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
        print(f"error: {error}{notes}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()

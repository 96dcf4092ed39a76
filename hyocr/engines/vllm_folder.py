"""The folder that vLLM is given for a checkpoint: the checkpoint's own, or one in the cache in a form that vLLM reads.

HunyuanOCR's folders were published in several forms (config.json flat or nested, rope without a factor, tokenizers that
do not name their image tokens). `hyocr.model.checkpoint` reads them all; vLLM reads those that transformers writes.

An adapter is merged, once, and vLLM is given the result. vLLM's own LoRA would leave out, without a word, what is for
the vision tower and the connector, and a server would go on offering the model without the adapter beside it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from hyocr.errors import CheckpointError
from hyocr.model import adapter as adapters
from hyocr.model.checkpoint import Prepared
from hyocr.model.folder import ADAPTER_CONFIG, ADAPTER_WEIGHTS, HEAD, METADATA, read_json, whole
from hyocr.model.merging import write_merged

LINKED = ("*.safetensors", "*.safetensors.index.json", "generation_config.json")


def folder_for_vllm(checkpoint: Prepared) -> Path:
    """What vLLM reads for a checkpoint and its adapter; made in the user's cache if need be. Raises CheckpointError."""
    if checkpoint.adapter is None:
        return _base(checkpoint)
    adapters.check(checkpoint.config, checkpoint.adapter)
    return _merged(checkpoint, checkpoint.adapter)


def _base(checkpoint: Prepared) -> Path:
    source = checkpoint.folder.resolve()
    if _is_transformers_own(source):
        return source
    return _cached(source.name, _state(source, "*.json"), lambda folder: _rewrite(checkpoint, source, folder))


def _merged(checkpoint: Prepared, adapter: Path) -> Path:
    files = [adapter / name for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS, METADATA, HEAD)]
    contents = [hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "" for path in files]
    source = checkpoint.folder.resolve()
    state = [*_state(source, "*.json", "*.safetensors"), checkpoint.name, *contents]
    return _cached(adapter.resolve().name, state, lambda folder: write_merged(checkpoint, adapter, folder))


def _state(source: Path, *patterns: str) -> list[str]:
    paths = sorted(path for pattern in patterns for path in source.glob(pattern))
    return [str(source), *(f"{path.name} {path.stat().st_mtime_ns}" for path in paths)]


def _cached(name: str, state: Iterable[str], fill: Callable[[Path], None]) -> Path:
    """The folder in the cache for what is in this state, filled if it is not there yet: whole or not at all."""
    key = hashlib.sha256("\n".join(state).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hyocr" / "vllm"
    made = cache / f"{name}-{key}"
    try:
        if not made.exists():
            cache.mkdir(parents=True, exist_ok=True)
            with whole(made) as folder:
                fill(folder)
    except OSError as error:
        if not made.exists():  # else another process was faster
            raise CheckpointError(
                f"{name} must be rewritten for vLLM, and {cache} cannot hold that: {error.strerror or error}; "
                "set XDG_CACHE_HOME to a folder that can be written."
            ) from error
    return made


def _is_transformers_own(folder: Path) -> bool:
    text = read_json(folder / "config.json").get("text_config") or {}
    rope = text.get("rope_parameters") or {}
    return ("factor" in rope or rope.get("rope_type") == "default") and (folder / "processor_config.json").exists()


def _rewrite(checkpoint: Prepared, source: Path, folder: Path) -> None:
    """Config, tokenizer and processor as the library writes them, the weights as links."""
    checkpoint.config.save_pretrained(folder)
    checkpoint.processor.save_pretrained(folder)
    for pattern in LINKED:
        for path in source.glob(pattern):
            (folder / path.name).symlink_to(path.resolve())

"""The folder that vLLM is given for a checkpoint: the checkpoint's own, or one with its files in transformers' form.

HunyuanOCR's folders were published in several forms (config.json flat or nested, rope without a factor, tokenizers that
do not name their image tokens). `hyocr.model.checkpoint` reads them all; vLLM reads those that transformers writes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from hyocr.errors import CheckpointError
from hyocr.model.checkpoint import Prepared
from hyocr.model.folder import read_json

LINKED = ("*.safetensors", "*.safetensors.index.json", "generation_config.json")


def folder_for_vllm(checkpoint: Prepared) -> Path:
    """The checkpoint's folder if vLLM can read it, else one in the user's cache. Raises CheckpointError."""
    source = checkpoint.folder.resolve()
    if _is_transformers_own(source):
        return source
    state = [f"{path.name} {path.stat().st_mtime_ns}" for path in sorted(source.glob("*.json"))]
    key = hashlib.sha256("\n".join([str(source), *state]).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hyocr" / "vllm"
    made = cache / f"{source.name}-{key}"
    if not made.exists():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            _make(checkpoint, source, made)
        except OSError as error:
            raise CheckpointError(
                f"{checkpoint.folder} must be rewritten for vLLM, and {cache} cannot hold that: {error.strerror}; "
                "set XDG_CACHE_HOME to a folder that can be written."
            ) from error
    return made


def _is_transformers_own(folder: Path) -> bool:
    text = read_json(folder / "config.json").get("text_config") or {}
    return "factor" in (text.get("rope_parameters") or {}) and (folder / "processor_config.json").exists()


def _make(checkpoint: Prepared, source: Path, made: Path) -> None:
    """Config, tokenizer and processor as the library writes them, the weights as links; there whole or not at all."""
    partial = Path(tempfile.mkdtemp(prefix=made.name, dir=made.parent))
    try:
        checkpoint.config.save_pretrained(partial)
        checkpoint.processor.save_pretrained(partial)
        for pattern in LINKED:
            for path in source.glob(pattern):
                (partial / path.name).symlink_to(path.resolve())
        partial.chmod(0o755)
        partial.rename(made)
    except OSError:
        if not made.exists():  # else another process was faster
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)

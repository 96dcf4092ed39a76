"""Writes a trained checkpoint as it ships: bfloat16 safetensors, half the size.

    python -m training.export --checkpoint runs/nano_cpu_2f_language/checkpoint --output hyocr/weights/nano

Only weights and configuration are replaced in the output folder; a model card there stays.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import torch

from training.checkpoint import load_weights, save_weights


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    weights = load_weights(options.checkpoint)
    with tempfile.TemporaryDirectory() as folder:
        save_weights(weights, Path(folder) / "export", torch.bfloat16)
        shutil.copytree(Path(folder) / "export", options.output, dirs_exist_ok=True)
    size = sum(path.stat().st_size for path in options.output.rglob("*.safetensors"))
    print(f"{size / 2**20:.1f} MiB of weights in {options.output}")


if __name__ == "__main__":
    main()

"""Writes a trained adapter as it ships: bfloat16 matrices, peft's config, nothing of the machine it was trained on.

    python -m training.export_adapter --adapter runs/small_cpu_2_receipts/checkpoint --output hyocr/weights/small

A model card in the output folder stays.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from hyocr import output
from hyocr.model.folder import ADAPTER_CONFIG, ADAPTER_WEIGHTS

KEPT = ("alpha_pattern", "bias", "lora_alpha", "peft_type", "r", "target_modules", "task_type")
"""What of peft's config says more than its defaults."""


def export(adapter: Path, folder: Path) -> int:
    """Write the adapter to `folder`; returns the bytes of its weights. Raises OSError where it cannot."""
    config = json.loads((adapter / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    values = {
        name: value.to(torch.bfloat16).contiguous() for name, value in load_file(adapter / ADAPTER_WEIGHTS).items()
    }
    output.prepare(folder)
    kept = {name: config[name] for name in KEPT if name in config} | {"base_model_name_or_path": "small"}
    output.write(folder / ADAPTER_CONFIG, json.dumps(kept, indent=1).encode())
    save_file(values, folder / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    (folder / ADAPTER_WEIGHTS).chmod(0o644)  # the writer leaves it to its owner alone
    return (folder / ADAPTER_WEIGHTS).stat().st_size


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    print(f"{export(options.adapter, options.output) / 2**20:.1f} MiB of weights in {options.output}")


if __name__ == "__main__":
    main()

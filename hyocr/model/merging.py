"""A checkpoint and an adapter made one checkpoint, in a folder that every engine loads.

It is written in float32, whatever the base is stored in. That is what a CPU computes with, so the merged checkpoint
gives the answers of the adapter beside its base. An update is small beside the weight that it is added to, and rounding
the sums to bfloat16, which keeps three digits, loses part of it: with three adapters, 3 of 600 lines of receipts were
read otherwise, and none with float32.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from safetensors import SafetensorError

from hyocr.errors import HyocrError
from hyocr.model import adapter as adapters
from hyocr.model.checkpoint import load, no_progress_bar
from hyocr.model.folder import HEAD, METADATA, Folder, find, read_metadata, whole


def merge(name: str, adapter: str | Path, output: Path) -> None:
    """Writes the checkpoint `name` with the adapter in it to the new folder `output`, whole or not at all.

    Raises CheckpointError for what cannot be merged, HyocrError where `output` is there already or cannot be written.
    """
    if output.exists():
        raise HyocrError(f'"{output}" is there already; name a new folder.')
    found = find(name, adapter)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with whole(output) as folder:
            write_merged(found, Path(adapter), folder)
    except OSError as error:
        raise HyocrError(
            f'Cannot write "{output}" ({error.strerror or error}); free some space or name another folder.'
        ) from error


def write_merged(found: Folder, adapter: Path, folder: Path) -> None:
    """Fills an empty folder: weights under their published names, tokenizer, processor, `hyocr.json`, CTC head.

    `found` is the checkpoint with this adapter. Raises CheckpointError for what cannot be merged, OSError where it
    cannot be written.
    """
    loaded = load(str(found.folder), "cpu")
    adapters.merge(loaded.model, adapter)
    try:
        with no_progress_bar():
            loaded.model.save_pretrained(folder)
    except (SafetensorError, RuntimeError) as error:  # the writer's own errors say nothing of a full disk
        raise OSError(f"{error}: is the disk full?") from error
    loaded.processor.save_pretrained(folder)
    metadata = read_metadata(found.folder) | read_metadata(adapter) | {"name": found.name}
    (folder / METADATA).write_text(json.dumps(metadata, ensure_ascii=False) + "\n", encoding="utf-8")
    if (found.head_folder / HEAD).exists():
        (folder / HEAD).parent.mkdir()
        shutil.copyfile(found.head_folder / HEAD, folder / HEAD)
    for path in folder.rglob("*.safetensors"):
        path.chmod(0o644)  # the writer leaves them to their owner alone

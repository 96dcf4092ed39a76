from __future__ import annotations

from pathlib import Path

import pytest
import torch

from hyocr.engines.transformers import TransformersEngine
from tests.fixtures_model import write_checkpoint

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like HunyuanOCR 1.5's, with random weights."""
    return write_checkpoint(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def tiny_engine(tiny_checkpoint: Path) -> TransformersEngine:
    return TransformersEngine(str(tiny_checkpoint), device="cpu")

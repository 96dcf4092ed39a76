"""An adapter in vLLM, in process and as a server, gives what transformers gives with it beside the weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from eval.parity import images
from eval.serving import served
from hyocr.engines.server import ServerEngine
from hyocr.engines.transformers import TransformersEngine
from hyocr.engines.vllm import VllmEngine
from tests.adapters import EVERYWHERE, random_adapter
from tests.vllm_server import ENVIRONMENT, check_parity

if find_spec("vllm") is None:
    pytest.skip("vLLM is not installed (make test-vllm)", allow_module_level=True)

RECEIPT = Path(__file__).parents[1] / "examples/receipt.jpg"
ASKED = [one for one in images(13, 1, [RECEIPT]) if one.request.single_line]


@pytest.fixture(scope="module", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of its own, and one thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_adapter(tmp_path_factory.mktemp("adapters") / "till", EVERYWHERE, deviation=0.12)


@pytest.fixture(scope="module")
def reference(adapter: Path) -> TransformersEngine:
    return TransformersEngine("nano", "cpu", line_reader="language", adapter=adapter)


def test_the_adapter_is_seen(reference: TransformersEngine) -> None:
    requests = [one.request for one in ASKED]
    own = TransformersEngine("nano", "cpu", line_reader="language").generate(requests)
    assert [one.text for one in own] != [one.text for one in reference.generate(requests)]


def test_lines_get_transformers_answers(adapter: Path, reference: TransformersEngine) -> None:
    with closing(VllmEngine("nano", line_reader="language", adapter=adapter)) as engine:
        assert engine.name == "nano+till"
        check_parity(ASKED, reference, engine, tokens=80)


def test_a_server_gives_them_too_and_its_client_knows_the_adapter(adapter: Path, reference: TransformersEngine) -> None:
    with served("nano", extra=["--lora", str(adapter)], env=ENVIRONMENT) as server, ServerEngine(server.url) as engine:
        assert (engine.name, engine.default_strategy) == ("nano+till", "lines")
        check_parity(ASKED, reference, engine, tokens=80)

"""Requests made by schemathesis from the service's own OpenAPI document: no 5xx, and answers are what it says.

HYOCR_FUZZ_CASES sets their number, spread over the operations.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.python import asgi

from hyocr.api import ocr, runner, service
from hyocr.api.app import create_app
from hyocr.api.keys import Keys
from hyocr.api.settings import Settings
from hyocr.api.store import Asked, Store
from hyocr.sources import open_source
from tests.api_client import ANNA, KEYS, inline, pdf
from tests.fakes import FakeEngine

CASES = int(os.environ.get("HYOCR_FUZZ_CASES", "300"))
DOCUMENT = inline(pdf("red", "blue"))
PAGES = st.sampled_from([None, [1], "1"])


@pytest.fixture(autouse=True)
def decoded_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes for decoding are not the point here, and take most of the time."""
    for module in (ocr, runner, service):
        monkeypatch.setattr(module, "open_isolated", lambda path, limits: open_source(path))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "data")) as store:
        yield store


def test_no_request_breaks_the_service(store: Store, tmp_path: Path) -> None:
    many = Settings(max_jobs=10_000, max_jobs_total=10_000, max_files=10_000)
    app = create_app(FakeEngine(), store, many, Keys(KEYS))
    ids = _something_there(store, tmp_path / "document")
    statuses: Counter[int] = Counter()
    for methods in app.openapi()["paths"].values():  # every case is sent with the key: others have tests of their own
        for described in methods.values():
            described.pop("security", None)
    try:
        schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        operations = [result.ok() for result in schema.get_all_operations()]
        for number in count():  # again and again, for operations without parameters have few cases
            left = CASES - statuses.total()
            if left <= 0:
                break
            for operation in operations:
                _ask(operation, -(-left // len(operations)), number, ids, statuses)
    finally:
        asgi.shutdown_lifespans()
    print(dict(statuses))
    assert {200, 202, 404, 422} <= statuses.keys()


def _ask(operation: Any, cases: int, number: int, ids: dict[str, str], statuses: Counter[int]) -> None:
    """Checks answers to cases that go with the schema and to ones that do not."""
    # A document that cannot be read is refused though the schema allows the request.
    excluded = [positive_data_acceptance]
    if operation.path == "/v1/files":  # in a form an object as "file" becomes a file that is one
        excluded.append(negative_data_rejection)
    modes = [operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @seed(number)
    @given(case=st.one_of(modes), real=st.booleans(), pages=PAGES)
    def ask(case: Case, real: bool, pages: Any) -> None:
        if real and case.meta and case.meta.generation.mode == GenerationMode.POSITIVE:
            _make_real(case, ids, pages)
        response = case.call(headers=ANNA)
        statuses[int(response.status_code)] += 1
        case.validate_response(response, excluded_checks=excluded)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ask()


def _something_there(store: Store, document: Path) -> dict[str, str]:
    """Ids of a job and a file, by the parts of the paths they stand in."""
    document.write_bytes(pdf("red"))
    job = store.add("anna", Asked("read", None, "en", None, True, "a.pdf"), 1, document)
    document.write_bytes(pdf("red"))
    return {"jobs": job.id, "files": store.add_file("anna", "a.pdf", document).id}


def _make_real(case: Case, ids: dict[str, str], pages: Any) -> None:
    """Lets a case reach what no generated one would: a document that can be read, a job and a file that are there."""
    if isinstance(case.body, dict) and "document" in case.body:
        case.body |= {"document": DOCUMENT, "pages": pages}
        if (case.path_parameters or {}).get("task", case.body.get("task")) in ("read", "spotting"):
            case.body.pop("question", None)
    if case.method == "GET" and "id" in (case.path_parameters or {}):
        case.path_parameters["id"] = ids[case.path.split("/")[2]]

"""Schemathesis sends what the schema allows, and what it forbids, to every operation.

Nothing may end in a server error or in an answer that is not declared. `PIPEWEAVE_API_EXAMPLES`
sets the number of requests for each operation and kind; the suite sends two.
"""

import contextlib
import os
import warnings

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pipeweave_dagster.services.promotion import RolledBack
from pipeweave_dagster.web.api.routes import health, models, predictions
from pipeweave_dagster_tests.web.api.conftest import copied_api

pytestmark = pytest.mark.slow  # two requests of each kind to every operation

EXAMPLES = int(os.environ.get("PIPEWEAVE_API_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 50,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def api(stored_home, tmp_path_factory):
    made = copied_api(
        stored_home,
        tmp_path_factory.mktemp("copy"),
        hosts=frozenset({"testserver"}),
        api_requests_per_minute=1_000_000,
    )
    with pytest.MonkeyPatch.context() as patch:
        ok = {"state": "ok", "version": "1", "uptime_s": 1.0, "services": []}
        patch.setattr(health, "health_of", lambda *_: ok)
        patch.setattr(models, "roll_back", lambda *_: RolledBack("1", {}))
        scored = {"dataset": "d", "model_version": "1", "predictions": [{}], "notes": []}
        patch.setattr(predictions, "score_rows", lambda *_, **__: scored)
        yield made


@pytest.fixture(scope="module")
def operations(api):
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
    return [found.ok() for found in schema.get_all_operations()]


def with_known_names(api, case):
    """Have half of the valid requests meet something that exists."""
    if case.path_parameters and len(repr(case.body)) % 2:
        known = {
            "dataset": "penguins",
            "job_id": next(iter(api.dagster.runs)),
            "batch": "batch-csv",
        }
        case.path_parameters |= {k: v for k, v in known.items() if k in case.path_parameters}
    if isinstance(case.body, dict) and "dataset" in case.body and len(repr(case.body)) % 2:
        case.body["dataset"] = "penguins"
    return case


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_answers_as_declared(api, operations, mode):
    api.dagster.add()
    checks = CHECKS if mode.is_positive else [*CHECKS, negative_data_rejection]

    for operation in operations:

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case):
            if mode.is_positive:
                case = with_known_names(api, case)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                case.validate_response(case.call(), checks=checks)

        with contextlib.suppress(Unsatisfiable):  # without parameters nothing can be wrong
            send()

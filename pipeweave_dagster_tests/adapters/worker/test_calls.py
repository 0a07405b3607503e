"""Calls over the process boundary are typed: mypy sees a wrong argument where it is written."""

import ast
import importlib
import inspect
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, validate_call

from pipeweave_dagster.adapters.worker.calls import request_of, result_of, run_request
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.monitoring import measure_drift
from pipeweave_dagster.core.naming import check_slug

REPOSITORY = Path(__file__).parents[3]
CALLED = ("adapters/worker/parent.py", "services/workbench.py")
SNIPPET = """
from pathlib import Path
from pipeweave_dagster.adapters.worker.parent import Worker
from pipeweave_dagster.services.workbench import Workbench

def drift(batch: str, reference: Path, data: Path, features: list[str]) -> bytes: return b""

def calls(bench: Workbench, worker: Worker, path: Path) -> bytes:
    bench.on_data(drift, batch="b", reference=path, data=path, features=["x"])
    bench.on_data(drift, batch="b", reference=path, rows=path, features=["x"])
    bench.on_model(drift, batch="b", reference=path, data=path)
    bench.on_model_within(9, drift, batch=1, reference=path, data=path, features=["x"])
    wrong: int = worker.call(9, drift, "b", path, path, ["x"])
    return worker.call(9, drift, "b", path, path, ["x"])
"""


def test_mypy_refuses_wrong_arguments_and_results_at_the_call_site(tmp_path: Path) -> None:
    """Only the modules that are called are read: all that they import would take a minute."""
    from mypy import api

    (tmp_path / "snippet.py").write_text(SNIPPET)
    files = [str(REPOSITORY / "pipeweave_dagster" / name) for name in CALLED]
    options = ["--config-file=", "--follow-imports=skip", "--cache-dir", str(tmp_path / "cache")]
    told, _, _ = api.run([*options, *files, str(tmp_path / "snippet.py")])
    errors = [line.split("snippet.py:")[1] for line in told.splitlines() if "snippet.py:" in line]
    lines = {int(error.split(":")[0]): error for error in errors if ": error:" in error}
    assert set(lines) == {10, 11, 12, 13}, told
    assert 'Unexpected keyword argument "rows"' in lines[10]
    assert 'argument "features"' in lines[11]
    assert "arg-type" in lines[12]
    assert '"bytes"' in lines[13]


def test_arguments_travel_by_name_and_secrets_in_the_clear() -> None:
    def function(path: Path, key: SecretStr, *, rows: list[Path]) -> None: ...

    request = request_of(function, Path("a"), SecretStr("k"), rows=[Path("b")])
    assert request["arguments"] == {"path": "a", "key": "k", "rows": ["b"]}


def test_an_argument_that_the_function_does_not_have_is_refused_before_it_is_sent() -> None:
    with pytest.raises(TypeError, match="rows"):
        request_of(measure_drift, "b", Path(), Path(), [], rows=Path())  # type: ignore[call-arg]


def test_results_are_read_by_the_return_annotation() -> None:
    def function() -> tuple[Path, int] | None: ...

    assert result_of(function, ["a", 1]) == (Path("a"), 1)
    assert result_of(function, None) is None


@pytest.mark.parametrize(
    "address",
    [
        "os:system",
        "pipeweave_dagster.adapters.worker.calls:get_type_hints",  # imported there, not defined
        "pipeweave_dagster.adapters.worker.parent:Worker",
        "pipeweave_dagster.core.naming:missing",
    ],
)
def test_only_functions_that_pipeweave_defines_can_be_called(address: str) -> None:
    with pytest.raises(PipeWeaveError, match="not a function of PipeWeave"):
        run_request({"function": address, "arguments": {}})


def test_a_request_runs_as_the_call_would() -> None:
    assert run_request(request_of(check_slug, "wine")) == check_slug("wine")
    assert request_of(os.path.basename, "x")["function"] == "posixpath:basename"


_CALLING = {"on_data", "on_model", "on_files", "on_model_within", "apart_within"}
_PACKAGE = REPOSITORY / "pipeweave_dagster"


def called_in_workers() -> list[Any]:
    """Every function of PipeWeave that is named where a workbench is called."""
    found = {}
    for file in _PACKAGE.rglob("*.py"):
        text = file.read_text()
        if not any(f".{name}(" in text for name in _CALLING):
            continue
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        named = {
            argument.id
            for call in calls
            if isinstance(call.func, ast.Attribute) and call.func.attr in _CALLING
            for argument in call.args[:2]
            if isinstance(argument, ast.Name)
        }
        parts = file.relative_to(_PACKAGE.parent).with_suffix("").parts
        module = importlib.import_module(".".join(parts))
        functions = {name: vars(module).get(name) for name in named}
        found |= {f.__qualname__: f for f in functions.values() if inspect.isfunction(f)}
    return list(found.values())


def test_every_function_that_a_worker_calls_has_types_that_travel() -> None:
    """`Collection[str]` does not: drift of every batch failed, and nothing but a run showed it."""
    functions = called_in_workers()
    assert len(functions) > 25
    for function in functions:
        validate_call(function)

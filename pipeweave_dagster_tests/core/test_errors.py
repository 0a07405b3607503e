"""One error type; code, exit code and text survive every border."""

import ast
from pathlib import Path

import pipeweave_dagster
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found, unavailable


def test_every_code_has_its_own_status_and_exit_code() -> None:
    assert {c.http_status for c in ErrorCode} == {422, 404, 401, 403, 429, 503, 500}
    exits = [c.exit_code for c in ErrorCode]
    assert len(set(exits)) == len(exits)
    assert not {0, 2} & set(exits)


def test_an_error_survives_the_envelope() -> None:
    error = not_found("There is no x.", fix="Make x.", nearest=["y"])
    again = PipeWeaveError.from_envelope(error.envelope())
    assert (again.code, again.text, again.details) == (error.code, error.text, {"nearest": ["y"]})
    assert again.envelope() == error.envelope()


def test_message_and_remedy_are_sentences() -> None:
    """Also where the message is that of a library, which has no full stop."""
    assert not_found("dict is not a table", fix="Give a path.").text.endswith(
        "a table. Give a path."
    )
    assert not_found("There is 'no.'", fix="Go.").text == "There is 'no.' Go."
    assert not_found("one\nline", fix="").text == "one\nline"


def test_an_error_without_remedy_survives_too() -> None:
    error = unavailable("It does not answer.")
    assert PipeWeaveError.from_envelope(error.envelope()).envelope() == error.envelope()


# Errors whose text comes from elsewhere and brings its remedy, or that only a defect can raise.
_WITHOUT_REMEDY = {
    "adapters/dagster_server/run_errors.py": 1,
    "adapters/worker/calls.py": 1,
    "adapters/worker/child.py": 1,
    "core/landing/settings_problems.py": 1,
    "core/advice/advisor.py": 1,
    "lib/failure_reasons.py": 1,
}
_RAISERS = {"validation_error", "not_found", "unavailable", "PipeWeaveError"}


def test_errors_tell_what_to_do() -> None:
    """At least 55 of 60 errors are to be solved without the source, so each names a remedy."""
    package = Path(pipeweave_dagster.__file__).parent
    without: dict[str, int] = {}
    found = 0
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and _called(node) in _RAISERS
                and name != "core/errors.py"
            ):
                found += 1
                if not any(keyword.arg == "fix" for keyword in node.keywords):
                    without[name] = without.get(name, 0) + 1
    assert found > 100
    assert without == _WITHOUT_REMEDY


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))

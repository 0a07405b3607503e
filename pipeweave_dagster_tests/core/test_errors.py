"""One error type; code, exit code and text survive every border."""

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


def test_an_error_without_remedy_survives_too() -> None:
    error = unavailable("It does not answer.")
    assert PipeWeaveError.from_envelope(error.envelope()).envelope() == error.envelope()

"""Log lines parse in production, and hostile text stays on its line."""

import io
import json
import logging
from collections.abc import Iterator

import dagster as dg
import pytest

from pipeweave_dagster.adapters.logs import (
    ColourFormatter,
    JsonFormatter,
    configure,
    correlation,
    formatter,
)


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("pipeweave_dagster.x", logging.INFO, "f", 1, message, None, None)
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize("message", ["plain", 'quo"te', "two\nlines", "\x1b[31mred", "ü"])
def test_every_line_parses(message: str) -> None:
    line = JsonFormatter().format(record(message, dagster_meta={"run_id": "r1"}))
    assert "\n" not in line
    facts = json.loads(line)
    assert facts["message"] == message
    assert facts["run_id"] == "r1"
    assert facts["level"] == "INFO"
    assert facts["module"] == "pipeweave_dagster.x"
    assert facts["time"].endswith("Z")


def test_a_terminal_is_not_steered_by_a_message() -> None:
    line = ColourFormatter().format(record("\x1b[2Jgone"))
    assert "\x1b[2J" not in line


def test_the_profile_decides_the_form() -> None:
    assert isinstance(formatter("production"), JsonFormatter)
    assert isinstance(formatter("development"), ColourFormatter)


@pytest.fixture
def own_logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("pipeweave_dagster")
    before = (logger.level, logger.handlers[:])
    yield logger
    logger.level, logger.handlers = before


def test_configuring_twice_logs_once(own_logger: logging.Logger) -> None:
    stream = io.StringIO()
    configure("production", "info", stream)
    configure("production", "info", stream)
    own_logger.info("hello")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["hello"]


def test_a_run_in_production_prints_json_with_its_id(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipeweave_dagster.lib.console_logs import CONSOLE_CONFIG, console

    monkeypatch.setenv("PIPEWEAVE_PROFILE", "production")

    @dg.op
    def say(context: dg.OpExecutionContext) -> None:
        context.log.info("from the op")

    @dg.job(logger_defs={"console": console})
    def talk() -> None:
        say()

    with dg.DagsterInstance.ephemeral() as instance:
        result = talk.execute_in_process(instance=instance, run_config=CONSOLE_CONFIG)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert any("from the op" in line["message"] for line in lines)
    assert {line["run_id"] for line in lines} == {result.run_id}


def test_a_run_of_the_web_ui_prints_so_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its configuration names no logger; Dagster would print through one of its own."""
    from pipeweave_dagster.build import build_standalone_defs

    monkeypatch.setenv("PIPEWEAVE_PROFILE", "production")
    build_standalone_defs()

    @dg.op
    def say(context: dg.OpExecutionContext) -> None:
        context.log.info("from the op")

    @dg.job
    def talk() -> None:
        say()

    with dg.DagsterInstance.ephemeral() as instance:
        result = talk.execute_in_process(instance=instance)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert any("from the op" in line["message"] for line in lines)
    assert {line["run_id"] for line in lines} == {line["correlation_id"] for line in lines}
    assert {line["run_id"] for line in lines} == {result.run_id}


def test_lines_of_one_request_bear_its_id() -> None:
    token = correlation.set("request-1")
    try:
        facts = json.loads(JsonFormatter().format(record("plain")))
        of_run = json.loads(JsonFormatter().format(record("plain", run_id="r1")))
    finally:
        correlation.reset(token)
    assert facts["correlation_id"] == "request-1"
    assert of_run["correlation_id"] == "r1"

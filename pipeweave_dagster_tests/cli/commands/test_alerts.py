"""A test message reaches who is named, and a variable that is missing is named."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli import main
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.commands.doctor import _alerts
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.servers.mailbox import Mailbox, http_mailbox


@pytest.fixture(scope="module")
def hook() -> Iterator[Mailbox]:
    with http_mailbox() as box:
        yield box


@pytest.fixture(autouse=True)
def _recipients(home: Path, hook: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    hook.received.clear()
    hook.refuses = False
    monkeypatch.setenv("PIPEWEAVE_ALERTS_TO", "hook")
    monkeypatch.setenv("PIPEWEAVE_ALERT_HOOK", hook.url)


def test_a_test_message_arrives(hook: Mailbox) -> None:
    done = CliRunner().invoke(build_app("alerts"), ["alerts", "test", "--json"])
    assert json.loads(done.stdout) == {"reached": ["hook"]}
    assert hook.titles == ["PipeWeave: test"]
    listed = CliRunner().invoke(build_app("alerts"), ["alerts", "ls", "--json"])
    (recipient,) = json.loads(listed.stdout)["recipients"]
    assert recipient == {"name": "hook", "variable": "PIPEWEAVE_ALERT_HOOK", "problem": ""}


def test_what_did_not_arrive_is_an_error_without_the_address(
    hook: Mailbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.refuses = True
    monkeypatch.setattr("sys.argv", ["pipeweave", "alerts", "test"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code != 0
    said = capsys.readouterr()
    assert "HTTP status 503" in said.err
    assert "secret-token" not in said.out + said.err


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("PIPEWEAVE_ALERT_HOOK", "", "The variable PIPEWEAVE_ALERT_HOOK is not set"),
        ("PIPEWEAVE_ALERT_HOOK", "htp:/secret-token", "not a URL that Apprise knows"),
    ],
)
def test_the_doctor_names_what_is_missing(
    variable: str, value: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _alerts(Settings()) == "hook can be sent to"
    monkeypatch.setenv(variable, value)
    with pytest.raises(OSError, match=problem) as error:
        _alerts(Settings())
    assert "secret-token" not in str(error.value)


def test_an_address_may_be_in_the_env_file(
    hook: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIPEWEAVE_ALERT_HOOK")
    (tmp_path / ".env").write_text(f"PIPEWEAVE_ALERT_HOOK={hook.url}\n")
    assert _alerts(Settings()) == "hook can be sent to"

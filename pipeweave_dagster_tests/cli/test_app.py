"""Commands as their users type them; `integration/test_cli.py` has those about a main job."""

import json
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest
import typer

from pipeweave_dagster import cli
from pipeweave_dagster.adapters.state import Attempt
from pipeweave_dagster.cli import main
from pipeweave_dagster.cli.support import home
from pipeweave_dagster_tests.commands import in_one_process

pytestmark = pytest.mark.slow

CLI = [sys.executable, "-m", "pipeweave_dagster.cli"]


def pipeweave(*words: str | Path, code: int = 0) -> str:
    done = subprocess.run(
        [*CLI, *map(str, words)], check=False, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == code, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout if "--json" in words or code == 0 else done.stderr


@cache
def everything() -> typer.Typer:
    """The application with all commands, built once."""
    from pipeweave_dagster.cli.app import build_app

    return build_app()


@pytest.mark.parametrize(
    "command",
    ["run", "evaluate", "dev", "web", "upload", "upload-url", "ingest", "schema", "eda", "findings",
     "predict", "expectations", "doctor", "demo", "gc", "datasets ls", "datasets show",
     "datasets schema", "datasets rm",
     "reports ls", "reports show", "pipelines ls",
     "pipelines show", "pipelines check", "pipelines preview", "pipelines export",
     "pipelines history", "pipelines diff", "pipelines optimise", "models ls",
     "models show", "models replay",
     "models promote", "models rollback", "models history", "runs ls", "runs show", "runs logs",
     "logs",
     "runs cancel", "schedule ls", "config show",
     "advice preview", "advice list", "advice show", "advice replay", "migrate"],
)  # fmt: skip
def test_help_has_an_example_and_json(command: str) -> None:
    from typer.testing import CliRunner

    result = CliRunner().invoke(everything(), [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "Example:" in result.output
    assert command in {"dev", "web"} or "--json" in result.output


def test_a_command_is_the_same_without_the_others() -> None:
    from typer.main import get_command
    from typer.testing import CliRunner

    from pipeweave_dagster.cli.app import build_app

    names = list(get_command(build_app()).commands)
    assert "eda" in names
    for name in names:
        alone = build_app(name)
        assert name in get_command(alone).commands
        whole, own = (
            CliRunner().invoke(app, [name, "--help"]).output for app in (everything(), alone)
        )
        assert own == whole
    assert list(get_command(build_app("no such command")).commands) == names


def test_a_command_does_not_import_the_others() -> None:
    script = "import sys; from pipeweave_dagster.cli.app import build_app; build_app('eda');"
    script += "print(sorted(m for m in sys.modules if m.startswith('pipeweave_dagster.core')))"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert "pipeweave_dagster.core.eda" in done.stdout
    assert "pipeweave_dagster.core.training" not in done.stdout
    assert "pipeweave_dagster.core.pipelines" not in done.stdout


@pytest.mark.parametrize(("error", "told"), [(KeyboardInterrupt, False), (ValueError, True)])
def test_an_interrupt_in_a_library_leaves_no_trace(
    error: type[BaseException], told: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C may come while a library, which logs what stops it, is at work."""
    script = f"""
import logging, sys
from pipeweave_dagster.cli import app, main
def command():
    try:
        raise {error.__name__}("stopped here")
    except BaseException:
        logging.getLogger("sqlalchemy.pool").exception("Exception closing connection")
app.build_app = lambda name: command
main()
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert ("stopped here" in capfd.readouterr().err) == told


def test_two_hundred_and_fifty_data_sets_are_listed_in_pages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with home.workbench() as bench:
        for number in range(250):
            attempt = Attempt(run_id=str(number), started_at=number, state="failed")
            bench.store.save_attempt(f"set-{number:03}", attempt)
    monkeypatch.setattr("sys.argv", ["pipeweave", "datasets", "ls", "--page", "2", "--json"])
    began = time.process_time()
    with pytest.raises(SystemExit):
        main()
    listed = json.loads(capsys.readouterr().out)
    assert time.process_time() - began < 10  # one second when nothing else runs
    assert (listed["total"], listed["page"]) == (250, 2)
    names = [entry["dataset"] for entry in listed["datasets"]]
    assert names == [f"set-{number:03}" for number in range(100, 200)]


def test_single_stages_need_no_run(examples: Path, tmp_path: Path) -> None:
    wine = examples / "wine.csv"
    commands = [
        ("ingest", wine, "--output", tmp_path / "wine.parquet", "--json"),
        ("ingest", wine, "--output", tmp_path / "wine.csv", "--json"),
        ("schema", wine, "--target", "cultivar", "--json"),
        ("eda", wine, "--html", tmp_path / "r.html", "--json", tmp_path / "r.json"),
    ]
    told = in_one_process(commands, tmp_path)
    assert [answer.code for answer in told] == [0, 0, 0, 0]
    assert (tmp_path / "wine.parquet").read_bytes()[:4] == b"PAR1"
    assert (tmp_path / "wine.csv").read_text().count("\n") >= 179
    assert told[2].facts["target"]["task"] == "multiclass"
    assert "<html" in (tmp_path / "r.html").read_text()
    assert json.loads((tmp_path / "r.json").read_text())


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("run", "missing.csv"), "NOT_FOUND", 4),
        (("run", ".", "--name", "x"), "VALIDATION_ERROR", 3),
        (("datasets", "show", "nothing"), "NOT_FOUND", 4),
        (("models", "show", "nothing"), "NOT_FOUND", 4),
        (("runs", "show", "nothing"), "NOT_FOUND", 4),
        (("findings", "nothing"), "NOT_FOUND", 4),
        (("upload-url", "../../x"), "VALIDATION_ERROR", 3),
        (("demo", "nothing"), "NOT_FOUND", 4),
    ],
)
def test_errors_have_a_code_a_text_and_an_exit_code(
    words: tuple[str, ...],
    code: str,
    exit_code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for arguments in (words, (*words, "--json")):
        monkeypatch.setattr("sys.argv", ["pipeweave", *arguments])
        home.settings.cache_clear()
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == exit_code
    told = capsys.readouterr()
    assert told.err.startswith(f"{code}: ")
    envelope = json.loads(told.out)
    assert envelope["code"] == code
    assert envelope["message"]


def test_an_error_ends_the_process_without_a_traceback() -> None:
    assert pipeweave("run", "missing.csv", code=4).startswith("NOT_FOUND: ")


def test_settings_are_shown_and_secrets_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "do-not-show")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgresql+psycopg2://me:do-not-show@host/db")
    told = pipeweave("config", "show", "--json")
    assert "do-not-show" not in told
    settings = {s["setting"]: s for s in json.loads(told)["settings"]}
    assert settings["AWS_SECRET_ACCESS_KEY"]["source"] == "environment"
    assert settings["MAX_DATASET_SIZE_MB"] == {
        "setting": "MAX_DATASET_SIZE_MB", "value": 1024, "source": "default", "group": "limits",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "access"),
    [
        ("predict titanic new.csv", ["mlflow", "none"]),
        ("models rollback titanic", ["mlflow"]),
        ("models rollback --help", []),
        ("models", []),
    ],
)
def test_commands_that_predict_start_their_workers_at_once(
    monkeypatch: pytest.MonkeyPatch, words: str, access: list[str]
) -> None:
    started: list[str] = []
    monkeypatch.setattr(cli, "start_ahead", lambda _, access="none": started.append(access))
    cli._start_workers(words.split())
    assert started == access

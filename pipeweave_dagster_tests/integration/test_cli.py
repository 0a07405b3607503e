"""The command line as a program: JSON that is as documented, exit codes, and errors that help."""

import csv
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster_tests.integration.wholeness import faults, head
from pipeweave_dagster_tests.program import run
from pipeweave_dagster_tests.servers import gemini

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cli"), pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
PENGUINS = ROOT / "examples" / "penguins.csv"
# Long enough for a model on a machine that does other things too.
BUDGET_S = "8"
Cli = Callable[..., tuple[int, Any]]
ALONE = ("doctor", "findings", "gc")  # nouns without a verb
READING = ["datasets ls", "datasets show penguins", "pipelines ls", "pipelines check penguins"]
READING += ["models ls", "models show penguins", "models history penguins", "runs ls"]
READING += ["schedule ls", "config show", "doctor", "findings penguins", "gc --dry-run"]
READING += ["advice list penguins", "advice replay penguins"]
# One process for many commands: each would import Dagster anew.
_ALL_IN_ONE = """
import contextlib, io, json, sys
from pipeweave_dagster.cli.app import build_app
said = []
for command in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        build_app()([*command.split(), "--json"], standalone_mode=False)
    said.append(json.loads(output.getvalue()))
print(json.dumps(said))
"""


def documented(command: str) -> set[str]:
    """The keys that the reference promises for a command."""
    page = (ROOT / "docs" / "reference" / "json.md").read_text()
    (row,) = [line for line in page.splitlines() if f"`pipeweave {command}`" in line]
    return set(re.findall(r"`(\w+)`", row.split("|")[2]))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the main job has run once."""
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(scope="module")
def cli(installation: Path) -> Cli:
    """Runs a command with `--json` there: the exit code, and what it printed."""

    def call(*arguments: str | Path, as_json: bool = True) -> tuple[int, Any]:
        env = {**os.environ, "PIPEWEAVE_HOME": str(installation / "home")}
        flags = ["--json"] if as_json else []
        command = [sys.executable, "-m", "pipeweave_dagster.cli", *arguments, *flags]
        done = run(*command, cwd=installation, env=env)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout) if as_json else done.stdout + done.stderr

    return call


@pytest.fixture(scope="module")
def penguins(cli: Cli) -> dict[str, Any]:
    """What the main job said."""
    code, said = cli("run", PENGUINS, "--target", "species", "--time-budget", BUDGET_S)
    assert code == 0, said
    return dict(said)


def test_run_says_what_it_made(penguins: dict[str, Any], installation: Path) -> None:
    assert set(penguins) == documented("run")
    assert penguins["data"]["rows_read"] == 344
    assert penguins["model"]["verdict"] == "model"
    assert Path(penguins["links"]["report_file"]).read_bytes().startswith(b"<!DOCTYPE html>")
    assert not faults(installation / "home" / "storage")


def test_same_bytes_again_are_reused(cli: Cli, penguins: dict[str, Any]) -> None:
    _, again = cli("run", PENGUINS, "--target", "species", "--time-budget", BUDGET_S)
    assert {"dataset", "model", "model_evaluation", "eda_report"} <= set(again["reused"])
    assert again["model"] == penguins["model"]


def test_an_adviser_that_fails_leaves_the_run_as_it_is_and_says_why(
    cli: Cli, penguins: dict[str, Any], installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = head(installation / "home" / "storage", "penguins")
    key = "AIza-" + "k" * 34
    with gemini.stand_in() as server:
        server.expect(gemini.fails(429, Retry_After="600"))
        monkeypatch.setenv("PIPEWEAVE_ADVISOR", "gemini")
        monkeypatch.setenv("GOOGLE_API_KEY", key)
        monkeypatch.setenv("PIPEWEAVE_ADVISOR_ENDPOINT", server.endpoint)
        code, said = cli("run", PENGUINS, "--target", "species", "--time-budget", BUDGET_S)
        assert code == 0, said
        assert {c.adviser for c in server.calls} == {"narrative", "architect"}
    assert said["model"] == penguins["model"]
    assert {"model", "model_evaluation", "findings"} <= set(said["reused"])
    after = head(installation / "home" / "storage", "penguins")
    assert before is not None
    assert after is not None
    same = {asset: entry.document for asset, entry in before.entries.items()}
    assert {asset: entry.document for asset, entry in after.entries.items()} == same
    _, logs = cli("runs", "logs", said["run_id"][:8])
    told = [e["message"] for e in logs["entries"] if "advice: rules used: " in e["message"]]
    assert len(told) == 2
    assert all("HTTP 429" in line for line in told)
    assert key not in json.dumps(logs)


def test_json_is_as_documented(
    installation: Path, penguins: dict[str, Any], tmp_path: Path
) -> None:
    commands = [*READING, f"runs show {penguins['run_id'][:8]}"]
    env = {**os.environ, "PIPEWEAVE_HOME": str(installation / "home")}
    done = run(sys.executable, "-c", _ALL_IN_ONE, json.dumps(commands), cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    for command, said in zip(commands, json.loads(done.stdout), strict=True):
        noun = " ".join(command.split()[: 1 if command.startswith(ALONE) else 2])
        assert set(said) == documented(noun), command


def test_log_lines_of_core_are_in_the_run(cli: Cli, penguins: dict[str, Any]) -> None:
    _, logs = cli("runs", "logs", penguins["run_id"][:8])
    assert set(logs) == documented("runs logs")
    assert any("training rows" in entry["message"] for entry in logs["entries"])


def test_predictions_keep_the_order_of_the_rows(
    cli: Cli, penguins: dict[str, Any], tmp_path: Path
) -> None:
    lines = PENGUINS.read_text().splitlines()
    batch = tmp_path / "batch.csv"
    batch.write_text("\n".join([lines[0], lines[300], lines[1], lines[300]]))
    output = tmp_path / "scored.csv"
    code, said = cli("predict", "penguins", batch, "--output", output)
    assert code == 0, said
    assert set(said) == documented("predict")
    header, *rows = csv.reader(output.read_text().splitlines())
    assert len(rows) == 3
    assert rows[0][header.index("prediction")] == rows[2][header.index("prediction")]
    assert "probability_Adelie" in header


def test_table_as_text_keeps_what_was_read(cli: Cli, tmp_path: Path) -> None:
    messy = tmp_path / "messy.csv"
    messy.write_text("a;b\n007;1,50\n8;2,75\n9;3,10\n")
    output = tmp_path / "clean.csv"
    code, said = cli("ingest", messy, "--output", output)
    assert code == 0, said
    assert output.read_text().splitlines()[1].startswith("007,")


# What goes wrong, the exit code, and a word that the message must hold.
def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1025 << 20)


BAD_FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "sparse.csv": (_sparse, "MAX_DATASET_SIZE_MB"),
    "one_row.csv": (lambda p: p.write_text("a,b,target\n1,2,yes\n"), "row"),
    "constant.csv": (
        lambda p: p.write_text("a,target\n" + "1,yes\n2,yes\n" * 40),
        "nothing to learn",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_refused_with_a_reason(
    cli: Cli, installation: Path, tmp_path: Path, name: str
) -> None:
    write, word = BAD_FILES[name]
    write(tmp_path / name)
    code, said = cli("run", tmp_path / name, "--target", "target", "--time-budget", "3")
    error = said.get("error") or said
    assert code == 3, said
    assert error["code"] == "VALIDATION_ERROR"
    assert word in error["message"] + str(said.get("findings", "")), error
    storage = installation / "home" / "storage"
    assert head(storage, name.removesuffix(".csv")) is None
    assert not faults(storage)


def test_wrong_target_offers_the_nearest_names(cli: Cli) -> None:
    code, said = cli("run", PENGUINS, "--name", "wrong", "--target", "specis")
    assert code == 3
    assert "'species'" in said["error"]["message"]


@pytest.mark.parametrize("name", ["../../x", "a\nb"])
def test_name_that_is_a_path_is_refused(cli: Cli, installation: Path, name: str) -> None:
    code, said = cli("run", PENGUINS, "--name", name)
    assert code == 3, said
    assert said["code"] == "VALIDATION_ERROR"
    assert not [p for p in installation.rglob("x") if p.is_dir()]


def test_missing_things_are_not_found_and_near_names_offered(
    cli: Cli, penguins: dict[str, Any]
) -> None:
    assert cli("run", "nosuch.csv")[0] == 4
    code, said = cli("datasets", "show", "penguin")
    assert (code, said["code"]) == (4, "NOT_FOUND")
    assert "penguins" in said["message"]


def test_error_for_people_is_one_line(cli: Cli) -> None:
    code, said = cli("run", "nosuch.csv", as_json=False)
    assert code == 4
    assert said.strip() == "NOT_FOUND: There is no file 'nosuch.csv'. Check the path."

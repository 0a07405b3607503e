"""The command line as a program: JSON that is as documented, exit codes, and errors that help."""

import csv
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster_tests.commands import CommandProcess, Told
from pipeweave_dagster_tests.integration.wholeness import faults, head
from pipeweave_dagster_tests.program import run
from pipeweave_dagster_tests.servers import gemini

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cli"), pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
PENGUINS = ROOT / "examples" / "penguins.csv"
# Long enough for a model on a machine that does other things too.
BUDGET_S = "2"
RUN = ["run", PENGUINS, "--target", "species", "--time-budget", BUDGET_S]
Cli = Callable[..., tuple[int, Any]]
ALONE = ("doctor", "findings", "gc", "overview")  # nouns without a verb
READING = ["datasets ls", "datasets show penguins", "pipelines ls", "pipelines check penguins"]
PREVIEW = "pipelines preview penguins numbers"
EXPORT = "pipelines export penguins --version 1 --output model --table"
READING += ["models ls", "models show penguins", "models history penguins", "runs ls"]
TRIED = "models try penguins --set bill_length_mm=39 --set island=Torgersen"
READING += [TRIED]
READING += ["overview", "schedule ls", "config show", "doctor", "findings penguins", "gc --dry-run"]
READING += ["advice list penguins", "advice replay penguins", "models replay penguins"]


def documented(command: str) -> set[str]:
    """The keys that the reference promises for a command."""
    page = (ROOT / "docs" / "reference" / "json.md").read_text()
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `pipeweave {command}`")]
    return set(re.findall(r"`(\w+)`", row.split("|")[2]))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the main job has run once."""
    return tmp_path_factory.mktemp("installation")


def at(installation: Path) -> dict[str, str]:
    """The environment of a command that works there."""
    return {**os.environ, "PIPEWEAVE_HOME": str(installation / "home")}


@pytest.fixture(scope="module")
def cli(installation: Path) -> Cli:
    """Runs a command with `--json` there: the exit code, and what it printed."""

    def call(*arguments: str | Path) -> tuple[int, Any]:
        command = [sys.executable, "-m", "pipeweave_dagster.cli", *arguments, "--json"]
        done = run(*command, cwd=installation, env=at(installation))
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)

    return call


@pytest.fixture(scope="module")
def process(installation: Path) -> Iterator[CommandProcess]:
    """Runs all commands after the first, which has a process of its own, and imports once."""
    process = CommandProcess(installation)
    yield process
    process.close()


def asked(installation: Path, *words: str) -> Any:
    """The JSON of a command that needs no process of its own, which would import Dagster anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIPEWEAVE_HOME", str(installation / "home"))
        cli_home.settings.cache_clear()
        done = CliRunner().invoke(build_app(), [*words, "--json"])
        cli_home.settings.cache_clear()
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def penguins(cli: Cli) -> dict[str, Any]:
    """What the main job said."""
    code, said = cli(*RUN)
    assert code == 0, said
    return dict(said)


def test_run_says_what_it_made(penguins: dict[str, Any], installation: Path) -> None:
    assert set(penguins) == documented("run")
    assert penguins["error"] is None
    assert penguins["published"]
    assert penguins["data"]["rows"] == penguins["data"]["rows_read"] == 344
    assert penguins["model"]["alias"] == "champion"
    assert penguins["links"]["dagster_run"].endswith(penguins["run_id"])
    assert penguins["model"]["verdict"] == "model"
    assert Path(penguins["links"]["report_file"]).read_bytes().startswith(b"<!DOCTYPE html>")
    assert not faults(installation / "home" / "storage")


@pytest.fixture(scope="module")
def told(
    installation: Path, penguins: dict[str, Any], process: CommandProcess
) -> dict[str, dict[str, Told]]:
    """What all commands say that follow the main job.

    Those that it must refuse come last, since they leave failed attempts behind.
    """
    groups = {
        "later": _later(installation),
        "reading": _reading(penguins["run_id"][:8]),
        "refused": _refused(installation),
    }
    commands = [[*words, "--json"] for group in groups.values() for words in group.values()]
    answers = process.run([*commands, WRONG["no such file"]], at(installation))
    found = iter(answers)
    told = {kind: {name: next(found) for name in group} for kind, group in groups.items()}
    told["refused"]["for people"] = next(found)
    return told


Commands = dict[str, list[str | Path]]


def _later(installation: Path) -> Commands:
    header, *rows = PENGUINS.read_text().splitlines()
    batch = [header, *reversed(rows), rows[300]]
    (installation / "batch.csv").write_text("\n".join(batch))
    (installation / "messy.csv").write_text("a;b\n007;1,50\n8;2,75\n9;3,10\n")
    return {
        "shown": ["evaluate", "penguins"],
        "full": ["evaluate", "penguins", "--full"],
        "again": RUN,
        "predict": ["predict", "penguins", "batch.csv", "--output", "scored.csv"],
        "ingest": ["ingest", "messy.csv", "--output", "clean.csv"],
    }


def _reading(run_id: str) -> Commands:
    of_run = [f"runs {verb} {run_id}" for verb in ("show", "logs")]
    return {command: [*command.split()] for command in (*READING, PREVIEW, EXPORT, *of_run)}


def _refused(installation: Path) -> Commands:
    folder = installation / "bad"
    folder.mkdir()
    commands: Commands = {name: [*words] for name, words in WRONG.items()}
    for name, (write, _) in BAD_FILES.items():
        write(folder / name)
        commands[name] = ["run", folder / name, "--target", "target", "--time-budget", "3"]
    return commands


@pytest.fixture(scope="module")
def later(told: dict[str, dict[str, Told]]) -> dict[str, Told]:
    """What is done with the result of the main job."""
    assert {answer.code for answer in told["later"].values()} == {0}, told["later"]
    return told["later"]


def test_an_evaluation_is_shown_and_made_in_full(
    later: dict[str, Told], penguins: dict[str, Any]
) -> None:
    shown, full = later["shown"].facts, later["full"].facts
    assert set(shown) == documented("evaluate")
    assert (shown["test"], shown["made"]) == (penguins["model"]["test"], [])
    assert shown["dropped"] == penguins["model"]["dropped"]
    assert (full["error"], full["dropped"]) == (None, [])
    assert shown["seconds"] is None
    assert full["seconds"] > 1, "the imports of the command are a part of it"
    assert full["made"] == shown["dropped"]
    assert (full["test"], full["alias"]) == (shown["test"], "champion")


def test_same_bytes_again_are_reused(later: dict[str, Told], penguins: dict[str, Any]) -> None:
    again = later["again"].facts
    made = {"dataset", "schema_deduction", "findings", "eda_report", "model", "model_evaluation"}
    assert made <= set(again["reused"])
    assert {**again["model"], "dropped": [], "cut": []} == {
        **penguins["model"],
        "dropped": [],
        "cut": [],
    }


def test_an_adviser_that_fails_leaves_the_run_as_it_is_and_says_why(
    process: CommandProcess,
    penguins: dict[str, Any],
    later: dict[str, Told],
    installation: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert later
    before = head(installation / "home" / "storage", "penguins")
    key = "AIza-" + "k" * 34
    with gemini.stand_in() as server:
        server.expect(gemini.fails(429, Retry_After="600"))
        monkeypatch.setenv("PIPEWEAVE_ADVISOR", "gemini")
        monkeypatch.setenv("GOOGLE_API_KEY", key)
        monkeypatch.setenv("PIPEWEAVE_ADVISOR_ENDPOINT", server.endpoint)
        [told] = process.run([[*RUN, "--json"]], at(installation))
        assert told.code == 0, told
        assert {c.adviser for c in server.calls} == {"narrative", "architect"}
    said = told.facts
    assert {**said["model"], "dropped": [], "cut": []} == {
        **penguins["model"],
        "dropped": [],
        "cut": [],
    }
    assert {"model", "model_evaluation", "findings"} <= set(said["reused"])
    after = head(installation / "home" / "storage", "penguins")
    assert before is not None
    assert after is not None
    same = {asset: entry.document for asset, entry in before.entries.items()}
    assert {asset: entry.document for asset, entry in after.entries.items()} == same
    logs = asked(installation, "runs", "logs", said["run_id"][:8])
    notes = [e["message"] for e in logs["entries"] if "advice: rules used: " in e["message"]]
    assert len(notes) == 2
    assert all("HTTP 429" in line for line in notes)
    assert key not in json.dumps(logs)


@pytest.fixture(scope="module")
def said(told: dict[str, dict[str, Told]]) -> dict[str, Any]:
    """What commands that only read say of the main job."""
    assert {answer.code for answer in told["reading"].values()} == {0}, told["reading"]
    return {command: answer.facts for command, answer in told["reading"].items()}


def test_json_is_as_documented(said: dict[str, Any]) -> None:
    for command, facts in said.items():
        if command in (PREVIEW, EXPORT):  # theirs is told with an option, or with more than keys
            continue
        noun = " ".join(command.split()[: 1 if command.startswith(ALONE) else 2])
        assert set(facts) == documented(noun), command


def test_the_overview_counts_runs_as_dagster_does(said: dict[str, Any]) -> None:
    runs = said["runs ls"]["runs"]
    states = [run["status"] for run in runs if run["job"] == "process_dataset"]
    counted = said["overview"]["totals"]["runs"]
    assert counted["succeeded"] == states.count("SUCCESS") > 0
    assert counted["failed"] == len(states) - states.count("SUCCESS")
    inside = sum(time["seconds"] for time in counted["assets"].values())
    assert 0 < inside <= counted["seconds"] + 0.1
    assert said["overview"]["best"] == ["penguins"]


def test_the_champion_fitted_again_answers_equally_bit_by_bit(
    said: dict[str, Any],
) -> None:
    replayed = said["models replay penguins"]
    assert replayed["equal"], replayed
    assert (replayed["max_difference"], replayed["other_packages"]) == (0.0, {})
    assert replayed["rows"] > 30
    assert replayed["version"] == said["models show penguins"]["link"]["model_version"]


def test_a_row_that_somebody_makes_up_is_predicted(said: dict[str, Any]) -> None:
    tried = said[TRIED]
    assert set(tried) == documented("models try")
    assert tried["row"]["island"] == "Torgersen"
    assert tried["prediction"] == max(tried["probabilities"], key=tried["probabilities"].get)


def test_a_model_is_trained_again_from_its_folder_alone(
    said: dict[str, Any], installation: Path
) -> None:
    folder = installation / "model"
    assert set(said[EXPORT]) == documented("pipelines export --output FOLDER")
    assert set(said[EXPORT]["files"]) == {p.name for p in folder.iterdir()}
    train = [sys.executable, "train.py", "table.parquet", "again.skops"]
    again = run(*train, cwd=folder, env=at(installation))
    assert again.returncode == 0, again.stderr
    both = [raw_scores(load_bundle(folder / name), pd.read_parquet(folder / "table.parquet"))
            for name in ("model.skops", "again.skops")]  # fmt: skip
    np.testing.assert_allclose(*both, rtol=0, atol=1e-9)


def test_log_lines_of_core_are_in_the_run(said: dict[str, Any], penguins: dict[str, Any]) -> None:
    messages = [e["message"] for e in said[f"runs logs {penguins['run_id'][:8]}"]["entries"]]
    assert any("training rows" in message for message in messages)
    assert any("trial" in message for message in messages)


def test_what_was_made_is_listed_and_shown(said: dict[str, Any]) -> None:
    assert "penguins" in [d["dataset"] for d in said["datasets ls"]["datasets"]]
    stages = said["datasets show penguins"]["stages"]
    assert set(stages) >= {"dataset", "eda_report", "model_evaluation"}
    assert not any(stage["stale"] for stage in stages.values())
    assert said["pipelines check penguins"]["valid"]
    assert said[PREVIEW]["rows"] == 344
    assert said["models show penguins"]["link"]["model_version"] == "1"
    assert len([r for r in said["runs ls"]["runs"] if r["dataset"] == "penguins"]) >= 1
    assert said["findings penguins"]["findings"]
    assert said["gc --dry-run"]["objects"] == 0
    assert {a["name"] for a in said["schedule ls"]["automation"]} >= {
        "uploads", "predict", "retrain_due",
    }  # fmt: skip
    assert {c["state"] for c in said["doctor"]["checks"]} <= {"ok", "off"}


def test_predictions_keep_the_order_of_the_rows(later: dict[str, Told], installation: Path) -> None:
    said, output = later["predict"].facts, installation / "scored.csv"
    header, *batch = csv.reader((installation / "batch.csv").read_text().splitlines())
    assert set(said) == documented("predict")
    assert said["rows"] == 345
    names, *scored = csv.reader(output.read_text().splitlines())
    classes = ("Adelie", "Chinstrap", "Gentoo")
    assert names[: len(classes) + 1] == ["prediction", *(f"probability_{name}" for name in classes)]
    assert {row[0] for row in scored} <= {*classes}
    truth = [row[header.index("species")] for row in batch]
    # In another order a third would agree.
    assert sum(row[0] == true for row, true in zip(scored, truth, strict=True)) > 320
    # Equal but for rounding: where a row stands decides how the processor adds up.
    again, first = scored[-1], scored[344 - 1 - 300]
    assert again[0] == first[0]
    assert [float(p) for p in again[1:4]] == pytest.approx([float(p) for p in first[1:4]])
    assert names[4:] == ["prediction_set", "unseen_categories", "outside_training"]


def test_table_as_text_keeps_what_was_read(later: dict[str, Told], installation: Path) -> None:
    assert later["ingest"].code == 0
    assert (installation / "clean.csv").read_text().splitlines()[1].startswith("007,")


# What goes wrong, the exit code, and a word that the message must hold.
def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1025 << 20)


# Refused before its run and by it; other bad files and targets: `defs/test_assets.py`.
BAD_FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "sparse.csv": (_sparse, "MAX_DATASET_SIZE_MB"),
    "constant.csv": (
        lambda p: p.write_text("a,target\n" + "1,yes\n2,yes\n" * 40),
        "nothing to predict",
    ),
}


WRONG = {
    "name is a path": ("run", PENGUINS, "--name", "../../x"),
    "name of two lines": ("run", PENGUINS, "--name", "a\nb"),
    "no such file": ("run", "nosuch.csv"),
    "no such data set": ("datasets", "show", "penguin"),
}


@pytest.fixture(scope="module")
def refused(told: dict[str, dict[str, Told]]) -> dict[str, Told]:
    """How the program answers to what it must refuse."""
    return told["refused"]


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_refused_with_a_reason(
    refused: dict[str, Told], installation: Path, name: str
) -> None:
    said = refused[name].facts
    error = said.get("error") or said
    assert refused[name].code == 3, said
    assert error["code"] == "VALIDATION_ERROR"
    assert BAD_FILES[name][1] in error["message"] + str(said.get("findings", "")), error
    storage = installation / "home" / "storage"
    assert head(storage, name.removesuffix(".csv")) is None
    assert not faults(storage)


@pytest.mark.parametrize("name", ["name is a path", "name of two lines"])
def test_name_that_is_a_path_is_refused(
    refused: dict[str, Told], installation: Path, name: str
) -> None:
    assert refused[name].code == 3
    assert refused[name].facts["code"] == "VALIDATION_ERROR"
    assert not [p for p in installation.rglob("x") if p.is_dir()]


def test_missing_things_are_not_found_and_near_names_offered(refused: dict[str, Told]) -> None:
    assert refused["no such file"].code == 4
    missing = refused["no such data set"]
    assert (missing.code, missing.facts["code"]) == (4, "NOT_FOUND")
    assert "penguins" in missing.facts["message"]


def test_error_for_people_is_one_line(refused: dict[str, Told]) -> None:
    told = refused["for people"]
    assert (told.code, told.out) == (4, "")
    assert told.err.strip() == "NOT_FOUND: There is no file 'nosuch.csv'. Check the path."


def test_what_is_renamed_predicts_and_what_is_removed_is_gone(
    told: dict[str, dict[str, Told]], process: CommandProcess, installation: Path
) -> None:
    """The last of this file: the others read what is removed here."""
    commands = [
        ["datasets", "rename", "penguins", "birds", "--dry-run"],
        ["datasets", "rename", "penguins", "birds", "--yes"],
        ["predict", "birds", str(PENGUINS), "--output", "birds.csv"],
        ["models", "rollback", "birds"],
        ["datasets", "rm", "birds", "--dry-run"],
        ["datasets", "rm", "birds", "--yes"],
        ["datasets", "ls"],
    ]
    assert told
    answers = process.run([[*c, "--json"] for c in commands], at(installation))
    planned, renamed, predicted, _, would, removed, listed = answers
    assert set(renamed.facts) == documented("datasets rename")
    assert planned.facts["moved"] == renamed.facts["moved"]
    assert any("in MLflow" in text for text in renamed.facts["mlflow"])
    assert predicted.facts["rows"] == 344
    assert predicted.facts["model_name"] == "pipeweave-birds"
    assert set(removed.facts) == documented("datasets rm")
    assert would.facts["mlflow"] == removed.facts["mlflow"]
    assert any("experiment" in text for text in removed.facts["mlflow"]), removed.facts
    assert not any("pipeweave-birds" in text for text in removed.facts["stays"])
    left = [entry["dataset"] for entry in listed.facts["datasets"]]
    assert not {"penguins", "birds"} & {*left}

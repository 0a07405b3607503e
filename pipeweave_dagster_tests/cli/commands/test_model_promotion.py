"""Promote, roll back and look back, in a real MLflow store (SQLite), with real models."""

import contextlib
import datetime as dt
import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.adapters.mlflow_store import prepare_store
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.core.documents import (
    Estimate,
    Evaluation,
    MethodCheck,
    MlflowLink,
    ReadableTwin,
    TrainedModel,
)
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.evaluation.readable_twin import TwinSource, readable_twin
from pipeweave_dagster.core.metrics.scored_test import read_scored_test
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.services import champion_decision
from pipeweave_dagster.services.alias_history import Cause, moves_of
from pipeweave_dagster.services.champion import champion_of, set_alias
from pipeweave_dagster.services.first_batch import blame, check_first_batch
from pipeweave_dagster.services.model_replay import replay_version
from pipeweave_dagster.services.model_versions import (
    document_address,
    load_origin,
    load_version,
    save_version,
)
from pipeweave_dagster.services.withdrawal import withdraw
from pipeweave_dagster_tests.factories import make_snapshot, train_small_model

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(300)]
NAME = "pipeweave-demo"
UNCALIBRATED = MethodCheck(code="PE115", title="", state="failed", message="Calibration is off.")


class Place:
    """An installation with three versions: 1 and 3 are good, 2 has lost its best column."""

    def __init__(self, root: Path) -> None:
        self.root = root
        rng = np.random.default_rng(5)
        frame = pd.DataFrame({"x": rng.normal(size=500), "weak": rng.normal(size=500)})
        frame["y"] = np.where(3 * frame["x"] + frame["weak"] > rng.normal(0, 0.5, 500), "yes", "no")
        self.bench = cli_home.workbench()
        self.bench.__enter__()
        prepare_store(self.bench.settings.tracking_uri)
        from mlflow import MlflowClient

        self.client: Any = MlflowClient(*[self.bench.settings.tracking_uri] * 2)
        self.client.create_registered_model(NAME)
        self.experiment = self.client.create_experiment("demo")
        (root / "good").mkdir()
        (root / "bad").mkdir()
        good = self.fit(frame, root / "good")
        lost = frame.drop(columns="x")
        bad = self.fit(lost, root / "bad", tested_like=good[2] / "test_rows.parquet")
        self.frames = {"good": frame, "bad": lost}
        self.register("1", "good", good)
        self.register("2", "bad", bad)
        self.register("3", "good", good, checks=[UNCALIBRATED])

    def fit(self, frame: pd.DataFrame, folder: Path, **more: Any) -> Any:
        return train_small_model(
            frame, "y", "binary", folder, families=["linear"], positive="yes", **more
        )

    def register(self, version: str, kind: str, fitted: Any, **facts: Any) -> None:
        """Register a model as MLflow has it, and its documents as a run stores them."""
        spec, model, out = fitted
        run = self.client.create_run(self.experiment)
        made = self.client.create_model_version(NAME, str(out), run.info.run_id)
        assert str(made.version) == version
        link = MlflowLink(
            experiment_id=self.experiment, run_id=run.info.run_id, model_name=NAME,
            model_version=version, model_uri=f"models:/{NAME}/{version}",
        )  # fmt: skip
        trained: TrainedModel = model.model_copy(update={"mlflow": link})
        self.bench.store.save_payloads(trained, out)
        score = Estimate(value=0.9, low=0.85, high=0.95)
        evaluation = Evaluation(
            rows=trained.rows_test, metric="roc_auc", metrics={"roc_auc": score},
            baseline={"roc_auc": Estimate(value=0.5)}, verdict="model", **facts,
        )  # fmt: skip
        snapshot = make_snapshot(self.frames[kind])
        data = out.parent / "data.parquet"
        payload = type(trained.model).of(data)
        self.bench.store.storage.put_file(payload.key, data)
        snapshot = snapshot.model_copy(update={"data": payload})
        save_version(self.bench.store, "demo", trained, evaluation, (spec, snapshot))

    def call(self, *words: str) -> Any:
        """Run a command with --json in this process; what it printed, or its error."""
        from typer.testing import CliRunner

        from pipeweave_dagster.cli.app import build_app

        done = CliRunner().invoke(build_app(), ["models", *words, "--json"])
        return json.loads(done.stdout) if done.exception is None else done.exception

    @property
    def champion(self) -> str:
        """The version that the next batch is scored by."""
        return champion_of(self.bench, "demo").link.model_version


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("promotion")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIPEWEAVE_HOME", str(root / "home"))
        patch.delenv("PIPEWEAVE_STORAGE", raising=False)
        cli_home.settings.cache_clear()
        place = Place(root)
        yield place
        place.bench.__exit__(None, None, None)
    cli_home.settings.cache_clear()


@pytest.fixture(autouse=True)
def _same_home(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command uses the workers of the place, which have MLflow imported already."""
    monkeypatch.setenv("PIPEWEAVE_HOME", str(place.root / "home"))
    monkeypatch.delenv("PIPEWEAVE_STORAGE", raising=False)
    monkeypatch.setattr(cli_home, "workbench", lambda: contextlib.nullcontext(place.bench))


def test_the_life_of_a_champion(place: Place) -> None:
    """One after another, as an operator would: each step builds on the ones before."""
    # The first model with a signal may be champion, also by hand.
    first = place.call("promote", "demo", "1")
    assert (first["champion"], first["forced"]) == ("1", False)
    assert [c["name"] for c in first["gate"]] == [
        "evaluation", "overrides", "calibration", "size", "latency",
    ]  # fmt: skip
    assert place.champion == "1"
    began = time.time()

    # A worse challenger does not take the alias, and an attempt leaves no trace.
    refused = place.call("promote", "demo", "--version", "2")
    assert "Version 2 of 'demo' is not promoted. evaluation: It is worse" in str(refused)
    assert "--force --reason TEXT" in str(refused)
    assert place.champion == "1"
    assert len(moves_of(place.bench.store, "demo")) == 1

    # Nor does one that is as good, but not calibrated, as the champion is.
    refused = place.call("promote", "demo", "--version", "3")
    assert "calibration: Calibration is off." in str(refused)

    # By force only with a reason, which the history and MLflow's own page keep.
    assert "needs a reason" in str(place.call("promote", "demo", "2", "--force"))
    assert "needs a reason" in str(place.call("promote", "demo", "2", "--force", "--reason", " "))
    forced = place.call("promote", "demo", "2", "--force", "--reason", "contract | ends <b>")
    assert forced["forced"]
    assert place.champion == "2"
    move = moves_of(place.bench.store, "demo")[1]
    assert (move.alias, move.before, move.after) == ("champion", "1", "2")
    assert (move.cause.how, move.cause.forced) == ("promote", True)
    assert move.cause.by
    assert not {c.name: c.passed for c in move.cause.checks}["evaluation"]
    tags = place.client.get_model_version(NAME, "2").tags
    assert tags["pipeweave.alias_set_how"] == "promote, forced"
    reason = tags["pipeweave.alias_reason"]
    assert reason.startswith("Forced: contract | ends <b>. In spite of: It is ")
    assert "pipeweave models promote" not in reason, "the history gives no advice"
    text = place.client.get_registered_model(NAME).description
    assert "| champion | 1 | 2 |" in text
    assert "<b>" not in text

    # A rollback in one command; the next batch uses it.
    rolled = place.call("rollback", "demo", "--reason", "complaints")
    assert rolled == {"dataset": "demo", "champion": "1", "passed_over": {}}
    assert place.champion == "1"
    assert str(place.client.get_model_version_by_alias(NAME, "champion").version) == "1"

    # There is no champion before the first one; a second rollback does not return to the bad one.
    assert "no previous champion" in str(place.call("rollback", "demo"))
    assert place.champion == "1"

    # Somebody moves the alias in MLflow's own UI: the next command notices and records it.
    place.client.set_registered_model_alias(NAME, "champion", "3")
    shown = place.call("history", "demo")
    last = shown["moves"][-1]
    assert (last["alias"], last["before"], last["after"]) == ("champion", "1", "3")
    assert last["cause"]["how"] == "outside"
    assert place.call("history", "demo")["moves"] == shown["moves"]
    assert [m["number"] for m in shown["moves"]] == list(range(1, len(shown["moves"]) + 1))

    # "Champion at that time, and why".
    at = dt.datetime.fromtimestamp(began, dt.UTC).isoformat()
    then = place.call("history", "demo", "--at", at)["at"]
    assert (then["champion"], then["move"]["number"]) == ("1", 1)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    assert place.call("history", "demo", "--at", today)["at"]["champion"] == "3"
    assert place.call("history", "demo", "--at", "2001-01-01")["at"]["champion"] is None
    assert "is not a date" in str(place.call("history", "demo", "--at", "soon"))


def test_size_and_time_limits_close_the_gate(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeweave_dagster.services.promotion_gate import gate_of_version

    limits = {"max_prediction_ms": 0, "max_model_size_mb": 0}
    tight = place.bench.settings.model_copy(update=limits)
    monkeypatch.setattr(place.bench, "settings", tight)
    asked: list[str] = []
    found = champion_decision.find_champion
    monkeypatch.setattr(
        champion_decision, "find_champion", lambda *of: asked.append("") or found(*of)
    )
    gate = gate_of_version(place.bench, "demo", "1")
    assert len(asked) == 2, "once to compare, once to decide"
    assert {c.name for c in gate.checks if not c.passed} >= {"size", "latency"}
    assert gate.decision.alias == "challenger"
    assert "PIPEWEAVE_MAX_PREDICTION_MS" in gate.decision.reason


@pytest.mark.parametrize(
    ("override", "opens"),
    [
        ({"reason": "known before"}, True),
        ({"reason": "   ", "by": "ana"}, False),
        ({"reason": "---"}, False),
    ],
)
def test_an_override_without_a_reason_closes_the_gate(
    place: Place, override: dict[str, str], opens: bool
) -> None:
    from pipeweave_dagster.core.documents import Finding, Findings, Override
    from pipeweave_dagster.services.model_versions import load_version
    from pipeweave_dagster.services.promotion_gate import gate_of

    reason = Override(finding="PW205", **override).attributed_reason
    found = Finding(code="PW205", title="", group="leakage", state="blocked", columns=["x"],
                    message="", overridden=reason)  # fmt: skip
    trained, evaluation = load_version(place.bench.store, "demo", "1")
    trained = trained.model_copy(update={"overrides": Findings(findings=[found]).overrides})
    checks = {c.name: c for c in gate_of(place.bench, "demo", trained, evaluation).checks}
    assert checks["overrides"].passed is opens
    assert opens or "without a reason: PW205 x" in checks["overrides"].message


def test_the_info_sheet_of_the_champion_and_of_a_version(place: Place) -> None:
    told = place.call("sheet", "demo", "--version", "1")
    assert told["sheet"].startswith("# Info sheet: y")
    assert "The findings of its run were not kept." in told["sheet"]
    target = place.root / "sheet.md"
    assert set(place.call("sheet", "demo", "--output", str(target))) == {*told}
    assert target.read_text().startswith("# Info sheet")


def test_an_unknown_version_and_no_version_are_refused(place: Place) -> None:
    assert "'demo' has no model version 9." in str(place.call("promote", "demo", "9"))
    assert "Which version?" in str(place.call("promote", "demo"))
    assert "Which version?" in str(place.call("promote", "demo", "1", "--version", "2"))


def test_a_withdrawn_version_keeps_no_alias_and_the_champion_before_it_serves(place: Place) -> None:
    if place.champion != "3":  # this test alone
        for version in ("1", "3"):
            place.call("promote", "demo", version, "--force", "--reason", "first")
    withdraw(place.bench, "demo", "3", "The leak canary tripped.", run_id="run")
    assert place.champion == "1"
    aliases = place.client.get_registered_model(NAME).aliases
    assert "3" not in map(str, aliases.values())
    moves = moves_of(place.bench.store, "demo")
    back = next(m for m in reversed(moves) if m.alias == "champion")
    assert (back.before, back.after) == ("3", "1")
    assert (back.cause.run_id, back.cause.reason) == ("run", "The leak canary tripped.")

    withdraw(place.bench, "demo", "1", "The leak canary tripped.")  # nothing was champion before
    assert champion_alias(place) is None


@contextlib.contextmanager
def gone(place: Place, *keys: str) -> Iterator[None]:
    """The storage without some of its files."""
    folder = place.bench.settings.storage_folder
    kept = {key: (folder / key).read_bytes() for key in keys}
    for key in keys:
        (folder / key).unlink()
    try:
        yield
    finally:
        for key, content in kept.items():
            (folder / key).write_bytes(content)


def model_file(place: Place, version: str) -> str:
    """The key of the file of a model; 1 and 3 have the same."""
    return load_version(place.bench.store, "demo", version)[0].model.key


def promote_all(place: Place) -> None:
    """Let 1, 2 and 3 be champions one after the other, the last by a run."""
    for version in ("1", "2", "3"):
        set_alias(place.bench, "demo", version, "champion", Cause(how="run", run_id="r"))


def test_a_rollback_passes_over_a_version_that_cannot_predict(place: Place) -> None:
    promote_all(place)
    with gone(place, model_file(place, "2")):
        rolled = place.call("rollback", "demo", "--reason", "complaints")
    assert (rolled["champion"], place.champion) == ("1", "1")
    assert [*rolled["passed_over"]] == ["2"]
    assert model_file(place, "2") in rolled["passed_over"]["2"]
    move = [m for m in moves_of(place.bench.store, "demo") if m.alias == "champion"][-1]
    assert move.cause.reason.startswith("complaints Version 2 cannot predict any more: ")


def test_a_rollback_without_any_version_that_can_predict_is_refused(place: Place) -> None:
    promote_all(place)
    document = f"documents/{document_address(place.bench.store, 'demo', '1')}.json"
    with gone(place, document, model_file(place, "2")):
        refused = str(place.call("rollback", "demo"))
        assert "no earlier champion that can predict. Version 2 cannot" in refused
        assert "Version 1 cannot predict any more" in refused
        assert place.champion == "3"

        # Nor can a first batch be compared, and a broken champion stays.
        scored: Any = SimpleNamespace(batch=SimpleNamespace(model_version="3"))
        found = check_first_batch(place.bench, "demo", scored, place.root, "run")
        assert found is not None
        assert "no earlier champion that can predict. Version 2" in found.unchecked
        broken = PipeWeaveError(ErrorCode.INTERNAL_ERROR, "It fell over.")
        assert blame(place.bench, "demo", broken, "run") is None
        assert place.champion == "3"


def test_a_broken_champion_is_rolled_back_to_one_that_can_predict(place: Place) -> None:
    promote_all(place)
    broken = PipeWeaveError(ErrorCode.INTERNAL_ERROR, "It fell over.")
    with gone(place, model_file(place, "2")):
        found = blame(place.bench, "demo", broken, "run")
    assert found is not None
    assert (found.restored, place.champion) == ("1", "1")


def champion_alias(place: Place) -> str | None:
    """The champion in MLflow."""
    return place.client.get_registered_model(NAME).aliases.get("champion")


@pytest.fixture(scope="module")
def twin(place: Place, tmp_path_factory: pytest.TempPathFactory) -> ReadableTwin:
    """The readable twin of version 1, in its evaluation."""
    store, folder = place.bench.store, tmp_path_factory.mktemp("twin")
    trained, evaluation = load_version(store, "demo", "1")
    spec, snapshot = load_origin(store, "demo", "1")
    rows = store.payload(trained.test_rows)
    scored, data = read_scored_test(trained, rows), store.payload(snapshot.data)
    found = readable_twin(TwinSource(trained, spec, data, scored, rows, None, folder), Pace())
    assert found is not None
    evaluation = evaluation.model_copy(update={"readable": found})
    store.save_payloads(evaluation, folder)
    save_version(store, "demo", trained, evaluation, (spec, snapshot))
    return found


def test_one_command_makes_the_readable_twin_the_champion(
    place: Place, twin: ReadableTwin, tmp_path: Path
) -> None:
    place.call("promote", "demo", "1", "--force", "--reason", "as at first")
    told = place.call("promote", "demo", "--readable")
    own = told["champion"]
    assert (place.champion, told["forced"]) == (own, False)
    assert "it is the readable twin of version 1" in told["gate"][0]["message"]
    trained, evaluation = load_version(place.bench.store, "demo", own)
    assert trained.readable_of == "1"
    assert trained.evaluated is not None
    assert trained.evaluated.sha256 == twin.model.sha256
    assert trained.model.sha256 != twin.model.sha256  # fitted on all rows
    assert evaluation.metrics["roc_auc"].value == pytest.approx(twin.score)
    assert evaluation.readable == twin
    assert evaluation.card is not None
    card = place.bench.store.payload(evaluation.card).read_text()
    assert "It is the twin of version 1" in card
    assert replay_version(place.bench, "demo", own, tmp_path).equal
    move = moves_of(place.bench.store, "demo")[-2]
    assert (move.alias, move.after, move.cause.how) == ("champion", own, "promote")
    assert self_again(place) == own


def self_again(place: Place) -> Any:
    """What the command says if the twin is registered already: its version, not a second one."""
    place.call("rollback", "demo")
    return place.call("promote", "demo", "--version", "1", "--readable")["champion"]


def test_a_twin_that_is_missing_worse_or_asked_of_a_twin_is_refused(
    place: Place, twin: ReadableTwin
) -> None:
    assert "no readable twin" in str(place.call("promote", "demo", "2", "--readable"))
    own = place.call("promote", "demo", "1", "--readable")["champion"]
    assert "is a readable twin itself" in str(place.call("promote", "demo", own, "--readable"))
    store = place.bench.store
    trained, evaluation = load_version(store, "demo", "1")
    compared = twin.comparison.model_copy(update={"verdict": "worse"})
    worse = twin.model_copy(update={"comparison": compared})
    evaluation = evaluation.model_copy(update={"readable": worse})
    save_version(store, "demo", trained, evaluation, load_origin(store, "demo", "1"))
    refused = place.call("promote", "demo", "1", "--readable")
    assert "is significantly worse, in roc_auc: " in str(refused)

"""Model lists show current aliases, and each model's own target."""

import json
from typing import Any

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support.model_text import model_line
from pipeweave_dagster.core.documents import ClassScores, Costs, Estimate, ModelEntry, Rate
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.champion import find_champion, set_alias
from pipeweave_dagster.services.model_trials import thresholds_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import Registry, readable_twin, register


@pytest.fixture
def store(home: Any) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


def call(*words: str) -> str:
    """Runs a command in this process; returns what it printed, or the message of its error."""
    from typer.testing import CliRunner

    result = CliRunner().invoke(build_app(), list(words), env={"COLUMNS": "200"})
    return result.stdout + str(result.exception or "")


def test_the_history_has_aliases_after_a_rollback(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(store)
    for version in ("1", "2"):
        register(store, version, 0.8)
        set_alias(registry, "demo", version, "champion")
    set_alias(registry, "demo", "1", "champion")
    # What MLflow has meanwhile is in test_model_promotion.
    monkeypatch.setattr("pipeweave_dagster.services.champion.notice_moves", lambda *_: {})
    versions = json.loads(call("models", "history", "demo", "--json"))["versions"]
    found = [(v["version"], v["alias"], v["decision"], v["target"]) for v in versions]
    assert found == [("1", "champion", "champion", "y"), ("2", "previous", "champion", "y")]
    text = call("models", "history", "demo")
    assert "previous" in text
    moves = json.loads(call("models", "history", "demo", "--json"))["moves"]
    made = [(m["alias"], m["before"], m["after"]) for m in moves]
    assert made[:3] == [("champion", None, "1"), ("champion", "1", "2"), ("previous", None, "1")]


def test_the_history_gives_each_reason_in_full(store: DocumentStore, monkeypatch: Any) -> None:
    reason = f"It is worse than the champion {'by a test on rows of both ' * 20}end."
    register(store, "1", 0.8, promotion_reason=reason)
    monkeypatch.setattr("pipeweave_dagster.services.champion.notice_moves", lambda *_: {})
    assert reason in call("models", "history", "demo")


def test_the_list_has_the_challenger(store: DocumentStore, monkeypatch: Any) -> None:
    registry = Registry(store)
    for version, alias in (("1", "champion"), ("2", "challenger")):
        register(store, version, 0.8, alias)
        set_alias(registry, "demo", version, alias)
    found = find_champion(registry, "demo")  # type: ignore[arg-type]
    monkeypatch.setattr("pipeweave_dagster.services.champion.find_champion", lambda *_: found)
    (model,) = json.loads(call("models", "ls", "--json"))["models"]
    assert (model["version"], model["challenger"]["version"]) == ("1", "2")
    assert "version 2, roc_auc 0.8" in call("models", "ls")


def test_it_says_which_rows_the_intervals_of_model_and_twin_are_of(
    store: DocumentStore, monkeypatch: Any
) -> None:
    """The model's allows for later rows, which the twin's does not: one looked better."""
    registry, twin = Registry(store), readable_twin(low=0.77, high=0.85)
    alone = Estimate(value=0.811, low=0.76, high=0.86)
    register(
        store, "1", 0.811,
        readable=twin, resampled="stretches of time", test_rows_alone=alone,
    )  # fmt: skip
    set_alias(registry, "demo", "1", "champion")
    found = find_champion(registry, "demo")  # type: ignore[arg-type]
    monkeypatch.setattr("pipeweave_dagster.services.champion.find_champion", lambda *_: found)
    text = call("models", "show", "demo")
    assert (
        "resampling the 20 test rows, in whole stretches of time (bootstrap). The interval" in text
    )
    assert "the test rows alone give 0.76 to 0.86." in text
    assert "the model                0.811  0.76  0.86" in text
    assert "readable twin (splines)  0.81   0.77  0.85" in text
    assert "0.001 worse (95 % interval: 0.01 worse to 0.008 better)." in text
    assert (
        "scores come from resampling these 200 test rows, in whole stretches of time; that" in text
    )
    register(store, "1", 0.811, readable=twin, of_model={"readable_of": "3"}, resampled="rows")
    found = find_champion(registry, "demo")  # type: ignore[arg-type]
    assert "version 3, whose readable twin this is  0.811  -" in call("models", "show", "demo")


def test_any_version_is_shown_with_its_decision(store: DocumentStore) -> None:
    for version, score, alias in (("1", 0.8, "champion"), ("2", 0.7, "none")):
        register(store, version, score, alias, readable=readable_twin(low=0.6, high=0.9))
    text = call("models", "show", "demo", "--version", "2")
    assert "version 2" in text
    assert "Decision after its training: not promoted. Reason of version 2." in text
    assert "0.7" in text
    assert "--readable" not in text, "which is about the champion's twin"
    facts = json.loads(call("models", "show", "demo", "--version", "2", "--json"))
    assert facts["link"]["model_version"] == "2"
    assert "Version 9 of the model of 'demo' is not in" in call(
        "models", "show", "demo", "--version", "9"
    )


def test_an_unknown_version_is_not_promoted(store: DocumentStore) -> None:
    register(store, "1", 0.8)
    said = call("models", "promote", "demo", "9")
    assert "'demo' has no model version 9." in said


def test_one_line_names_only_another_target() -> None:
    model = ModelEntry(version="3", model="m", score="auc 0.5", target="gender")
    assert model_line(model, "gender") == "version 3, auc 0.5"
    assert model_line(model, "Churn") == "version 3, auc 0.5, target gender"


def test_the_summary_has_one_line_per_item(store: DocumentStore) -> None:
    from pipeweave_dagster.adapters.state import Attempt

    register(store, "1", 0.8)
    blocked = ["PW201: first", "PW202: second"]
    attempt = Attempt(run_id="r1", started_at=1.0, state="failed", blocked=blocked)
    store.save_attempt("demo", attempt)
    text = call("datasets", "show", "demo")
    assert "      blocked  PW201: first\n               PW202: second\n" in text
    assert "\n     last run  failed 1970-01-01" in text


NOTE = "For serving, `a` alone replaces an ensemble of 2."


def texts_of_champion(store: DocumentStore, monkeypatch: Any, **facts: Any) -> tuple[str, str]:
    """What `models show` prints of a champion with these facts, and the result of its run."""
    from pipeweave_dagster.cli.support.run_text import _model_text
    from pipeweave_dagster.services.run_facts import _model

    registry = Registry(store)
    register(store, "1", 0.8, **facts)
    set_alias(registry, "demo", "1", "champion")  # type: ignore[arg-type]
    found = find_champion(registry, "demo")  # type: ignore[arg-type]
    monkeypatch.setattr("pipeweave_dagster.services.champion.find_champion", lambda *_: found)
    current = found.current
    of_run = _model_text(_model(current.trained, current.evaluation), "demo")
    return call("models", "show", "demo"), "\n".join(of_run)


def test_the_note_on_serving_is_shown(store: DocumentStore, monkeypatch: Any) -> None:
    facts = {"notes": ["Other."], "serving_note": f"{NOTE}\x1b[2J"}
    texts = texts_of_champion(store, monkeypatch, of_model=facts)
    for text in texts:
        assert NOTE in text
        assert "\x1b" not in text
        assert "Other." not in text
    assert "Champion: Reason of version 1." in texts[1]


def test_a_class_that_is_never_predicted_is_named_on_its_own_and_in_a_run(
    store: DocumentStore, monkeypatch: Any
) -> None:
    rates = {"recall": Rate(value=0.5, rows=9), "f1": Estimate(value=0.0)}
    classes = [
        ClassScores(label="no", rows=18, precision=Rate(value=0.9, rows=20), **rates),
        ClassScores(label="\x1b[2Jyes", rows=2, precision=Rate(value=None), **rates),
    ]
    for text in texts_of_champion(store, monkeypatch, by_class=classes):
        assert "although 2 rows are of that class" in text
        assert "models threshold demo --false-negative 9`" in text
        assert "\x1b" not in text


@pytest.mark.parametrize(
    ("task", "classes", "why", "instead"),
    [
        ("multiclass", ["a", "b", "c"], "this one has 3 classes", "of that class"),
        ("regression", [], "this one predicts numbers", "limit of your own"),
    ],
)
def test_a_model_without_a_threshold_says_what_to_do_instead(
    store: DocumentStore, task: str, classes: list[str], why: str, instead: str
) -> None:
    register(store, "1", 0.8, of_model={"task": task, "classes": classes})
    wanted = {"false_positive": 1.0, "false_negative": 5.0}
    with pytest.raises(PipeWeaveError) as refused:
        thresholds_of(Registry(store), "demo", "1", Costs(**wanted))  # type: ignore[arg-type]
    assert why in str(refused.value)
    assert instead in refused.value.fix

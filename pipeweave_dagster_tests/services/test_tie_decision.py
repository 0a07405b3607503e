"""The alias of a model that no test can tell from the champion."""

from typing import Any

import pandas as pd
import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import Comparison, Payload
from pipeweave_dagster.core.evaluation import Promotion
from pipeweave_dagster.services.champion import champion_of, set_alias
from pipeweave_dagster.services.champion_decision import decide, why_replaced
from pipeweave_dagster.services.model_versions import load_version
from pipeweave_dagster.services.tie_decision import Origin
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories import make_snapshot
from pipeweave_dagster_tests.factories.registry import Registry, pipeline, register, trained

TIE = Comparison(
    other="champion", rows=20, difference=0.0, low=-0.1, high=0.1, verdict="not distinguishable"
)
TABLE = make_snapshot(pd.DataFrame({"x": [1, 2]}))
SPEC = pipeline(["x1"])


@pytest.fixture
def registry(home: Any) -> Any:
    """Version 1 is champion; version 2 is told apart from it by no test."""
    settings = Settings()
    found = Registry(DocumentStore(open_storage(settings), settings.cache_folder))
    register(found.store, "1", 0.8, snapshot=TABLE)
    set_alias(found, "demo", "1", "champion")  # type: ignore[arg-type]
    register(found.store, "2", 0.7, comparison=TIE)
    return found


def decided(registry: Any, origin: Origin, **of_model: Any) -> Promotion:
    new = trained("2", "model 2").model_copy(update=of_model)
    return decide(registry, "demo", new, load_version(registry.store, "demo", "2")[1], origin)


def test_the_same_table_by_the_same_pipeline_does_not_replace_the_champion(registry: Any) -> None:
    """Its data was called newer, though the file was the very same."""
    found = decided(registry, Origin(SPEC, TABLE))
    assert found.alias == "challenger"
    assert "as the champion, with the same pipeline, so the champion stays." in found.reason
    assert "'pipeweave models promote demo --version 2' makes it" in found.reason
    # Who says where its features came from wants no other model.
    assert decided(registry, Origin(SPEC.model_copy(update={"source": "advisor"}), TABLE)) == found


NEWER = TABLE.model_copy(update={"data": Payload(name="d", sha256="1" * 64, size_bytes=1)})


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin(SPEC, NEWER), "Its table is newer: of other data, or read with other settings."),
        (
            Origin(SPEC.model_copy(update={"train_for": "serving"}), TABLE),
            "the same data as the champion, but `train_for: serving` is set now.",
        ),
        (
            Origin(pipeline(["x1", "x2"]), TABLE),
            "the same data as the champion, but with the pipeline as it is now.",
        ),
        (Origin(asked=True), "A user asked for it."),
        (Origin(), "It was trained later."),
    ],
)
def test_a_tie_replaces_the_champion_for_a_true_reason(
    registry: Any, origin: Origin, words: str
) -> None:
    found = decided(registry, origin)
    assert found.alias == "champion"
    assert words in found.reason


def test_a_champion_of_values_that_are_hashed_now_is_replaced(registry: Any) -> None:
    file = b"columns: {x: {privacy: hash}}\n"
    registry.store.storage.put("uploads/demo/pipeweave.yaml", file)
    champion = champion_of(registry, "demo")
    plain = trained("2", "model 2")
    hashed = plain.model_copy(update={"features": ["z"]})
    assert "hash the values of 'x' now" in why_replaced(registry, "demo", champion, hashed)
    assert why_replaced(registry, "demo", champion, plain) == ""  # it could not predict either
    found = decided(registry, Origin(SPEC, TABLE), features=["z"])
    assert found.alias == "champion"
    assert "CANNOT PREDICT any more: the settings hash the values of 'x' now" in found.reason


@pytest.mark.parametrize("setting", ["drop: true", "privacy: drop"])
def test_a_champion_of_a_column_that_is_dropped_now_is_no_yardstick(
    registry: Any, setting: str
) -> None:
    """The leak was accepted and dropped, and the champion with the leak stayed: it was better."""
    file = f"columns: {{X: {{{setting}}}}}\n".encode()
    registry.store.storage.put("uploads/demo/pipeweave.yaml", file)
    champion = champion_of(registry, "demo")
    assert why_replaced(registry, "demo", champion, trained("2", "model 2")) == ""
    found = decided(registry, Origin(SPEC, TABLE), features=["z"])
    assert found.alias == "champion"
    assert "The champion uses 'x', which the settings drop now." in found.reason
    registry.store.storage.put("uploads/demo/pipeweave.yaml", b"columns: {w: {drop: true}}\n")
    assert decided(registry, Origin(SPEC, TABLE), features=["z"]).alias == "challenger"

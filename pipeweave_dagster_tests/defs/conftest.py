"""A workbench on an empty folder, and contexts for calling assets directly."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg
import pytest

from pipeweave_dagster.services import evaluation
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings

T = TypeVar("T")


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """One workbench for all direct calls: its workers import the libraries once."""
    home: Path = tmp_path_factory.mktemp("line")
    saved = os.environ.pop("PIPEWEAVE_STORAGE", None)
    settings = Settings(home=home, storage=str(home / "storage"))
    if saved is not None:
        os.environ["PIPEWEAVE_STORAGE"] = saved
    with Workbench(settings) as workbench:
        yield workbench


def context_for(dataset: str, tags: dict[str, str] | None = None) -> dg.AssetExecutionContext:
    """What an asset sees when a test calls it."""
    return dg.build_asset_context(partition_key=dataset, run_tags=tags)


def only(results: Iterable[T]) -> T:
    """The one result of an asset that may yield none; its context is free again after it."""
    (result,) = results
    return result


def scores_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave leak canary and what explains the scores out of evaluations here: nobody reads them."""
    monkeypatch.setattr(evaluation, "slice_s", lambda _: 0.0)
    monkeypatch.setattr(evaluation, "CANARY_S", 0.0)


def value_of(results: Iterable[Any]) -> Any:
    """The document of an asset that yields checks as well; its context is free again after it."""
    made, *_ = results
    return made.value

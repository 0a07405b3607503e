"""A broken retraining passes the gate on its own data, and never stays the champion."""

from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.defs.datasets.assets import dataset, raw_upload
from pipeweave_dagster.defs.findings.assets import findings
from pipeweave_dagster.defs.models.assets import model, model_evaluation
from pipeweave_dagster.defs.pipelines.assets import pipeline
from pipeweave_dagster.defs.predictions.assets import BatchConfig, predictions
from pipeweave_dagster.defs.predictions.checks import first_batch_check
from pipeweave_dagster.defs.schemas.assets import schema_deduction
from pipeweave_dagster.lib.evaluation_config import EvaluationConfig
from pipeweave_dagster.lib.launch_config import LaunchConfig
from pipeweave_dagster.services.alias_history import moves_of
from pipeweave_dagster.services.first_batch import FirstBatch
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster_tests.defs.conftest import context_for, only, scores_alone, value_of

pytestmark = pytest.mark.slow

NAME = "bills"
CONFIG = LaunchConfig(target="late", time_budget_s=1)


def bills(seed: int, unit: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    amount = rng.gamma(4, 5, 400).round(2)
    late = amount + rng.normal(0, 4, 400) > 20
    return pd.DataFrame(
        {
            "amount": (amount * unit).round(2),
            "age": rng.integers(18, 90, 400),
            "late": np.where(late, "yes", "no"),
        }
    )


def train(bench: Workbench, table: pd.DataFrame) -> str:
    """Upload a table and make a model of it; return how it was promoted."""
    bench.store.storage.put(f"uploads/{NAME}/bills.csv", table.to_csv(index=False).encode())
    run: dict[str, Any] = {"context": context_for(NAME), "workbench": bench}
    raw = raw_upload(config=CONFIG, **run).value
    data = dataset(raw_upload=raw, **run).value
    schema = schema_deduction(raw_upload=raw, dataset=data, **run).value
    read = {"dataset": data, "schema_deduction": schema}
    found = value_of(findings(raw_upload=raw, **read, **run))
    spec = only(pipeline(raw_upload=raw, findings=found, **read, **run)).value
    trained = model(raw_upload=raw, dataset=data, pipeline=spec, **run).value
    evaluation, *_ = model_evaluation(
        config=EvaluationConfig(), dataset=data, findings=found, pipeline=spec, model=trained, **run
    )
    promoted: str = evaluation.value.promoted
    return promoted


def score(bench: Workbench, table: pd.DataFrame) -> Any:
    rows = table.drop(columns="late").to_csv(index=False)
    bench.store.storage.put(f"predict/{NAME}/today.csv", rows.encode())
    return list(
        predictions(
            context=context_for(NAME),
            config=BatchConfig(file=f"predict/{NAME}/today.csv"),
            workbench=bench,
        )
    )


def test_it_is_rolled_back_by_its_first_batch(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores_alone(monkeypatch)
    assert train(bench, bills(1)) == "champion"
    assert train(bench, bills(2, unit=100)) == "champion", "its file is in cents throughout"
    assert aliases_of(bench.store, NAME)["champion"] == "2"

    result, check = score(bench, bills(3))
    assert (check.passed, check.severity.value) == (False, "ERROR")
    assert result.value.model_version == "1", "the earlier champion has scored the batch"
    assert set(result.value.counts) == {"yes", "no"}
    assert "Version 1 is the champion again" in result.value.notes[0]
    assert aliases_of(bench.store, NAME)["champion"] == "1"
    last = moves_of(bench.store, NAME)[-1]
    assert (last.cause.how, bool(last.cause.run_id)) == ("rollback", True)
    delivered = [o.key for o in bench.store.storage.list(f"predictions/{NAME}/")]
    assert delivered
    assert all("/1." in key for key in delivered), "nothing of the broken model is delivered"

    _, again = score(bench, bills(4))
    assert again.passed, "a rollback is final"


def test_a_first_batch_that_was_not_checked_is_a_warning() -> None:
    unchecked = FirstBatch("3", [], unchecked="A worker died.")
    found = first_batch_check(unchecked)
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found.description == "The first batch of version 3 was not checked: A worker died."
    assert first_batch_check(None).passed
    assert first_batch_check(FirstBatch("3", [])).passed

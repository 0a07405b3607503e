"""Models trained on small tables, and their evaluation."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.evaluation import evaluate
from pipeweave_dagster.core.training import train
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
from pipeweave_dagster_tests.factories.pipelines import make_pipeline, write_parquet

# Two seeds prove what five do: that there are several, and that they are averaged and replayed.
SMALL_POLICY = replace(DEFAULT_POLICY, max_seeds=2)


def train_small_model(
    frame, target, task, folder, *, families=("linear", "xgboost"), budget_s=120, started=None,
    variants=False, policy=SMALL_POLICY, tested_like=None, **schema,
):  # fmt: skip
    """Train with three folds; return the pipeline, the model's document and its folder."""
    spec = make_pipeline(frame, target, task, **schema)
    search = {"families": list(families), "variants": variants}
    steps = [
        s.model_copy(update={"params": search}) if s.kind == "train" else s for s in spec.steps
    ]
    split = spec.split.model_copy(update={"folds": 3})
    spec = spec.model_copy(update={"steps": steps, "split": split})
    out = folder / "out"
    out.mkdir()
    model = train(
        spec=spec,
        data=write_parquet(frame, folder),
        out=out,
        budget_s=budget_s,
        started_at=started or time.monotonic(),
        policy=policy,
        tested_like=tested_like,
    )
    return spec, model, out


def evaluate_small_model(spec, model, out):
    """Evaluate what `train_small_model` returned, in the folder `evaluation` beside the model."""
    folder = out / "evaluation"
    folder.mkdir()
    return evaluate(
        trained=model,
        spec=spec,
        model=out / model.evaluated.name,
        test_rows=out / "test_rows.parquet",
        out=folder,
    )


def evaluated_cost_model(folder):
    """Train and evaluate a model with costs and a sensitive column that is no feature.

    Returns:
        Its table, what `train_small_model` returned, and the evaluation.
    """
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"x": rng.normal(size=700), "town": rng.choice(list("abc"), 700)})
    frame["sex"] = rng.choice(["f", "m"], 700)
    score = 2 * frame["x"] + (frame["town"] == "a") + rng.normal(0, 1, 700)
    frame["y"] = np.where(score > 0.8, "yes", "no")
    settings = DatasetSettings(
        sensitive=["sex"],
        costs={"false_positive": 1, "false_negative": 8},
        columns={"sex": {"drop": True}},
    )
    parts = train_small_model(
        frame, "y", "binary", folder, families=["xgboost", "lightgbm"], settings=settings,
        positive="yes",
    )  # fmt: skip
    return frame, parts, evaluate_small_model(*parts)

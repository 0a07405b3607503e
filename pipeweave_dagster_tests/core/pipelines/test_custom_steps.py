"""A step of another package: found, listed, held to its contract, trained with and read again."""

import importlib
import json
import sys

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import score
from pipeweave_dagster.core.pipelines import custom_steps
from pipeweave_dagster.core.pipelines.builder import Builder
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.kit import check_step
from pipeweave_dagster_tests.factories import write_parquet

MODULE = '''
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


class Clipped(TransformerMixin, BaseEstimator):
    about = "Holds numbers to the outer quantiles of the training rows."
    takes = "numbers"
    params = {"share": (float,)}

    def __init__(self, share=0.01):
        self.share = share

    def fit(self, X, y=None):
        self.low_, self.high_ = np.nanquantile(X, [self.share, 1 - self.share], axis=0)
        return self

    def transform(self, X):
        return np.clip(np.asarray(X, dtype=float), self.low_, self.high_)


class Rude(Clipped):
    """Breaks the contract: it looks at all rows, draws at random, and writes into its input."""

    def transform(self, X):
        X.iloc[:, 0] = 0.0
        return np.asarray(X, dtype=float) - np.random.random() + len(X)


class Hidden(Clipped):
    """Keeps something that is no data."""

    def fit(self, X, y=None):
        self.helper_ = Clipped().fit(X)
        return super().fit(X, y)
'''


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with a step, as if it were installed; says which entry point it names."""

    def install(point="clipped = third_party_steps:Clipped"):
        (tmp_path / "third_party_steps.py").write_text(MODULE)
        info = tmp_path / "third_party_steps-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party-steps\n")
        (info / "entry_points.txt").write_text(f"[pipeweave.steps]\n{point}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        custom_steps.custom_steps.cache_clear()
        return importlib.import_module("third_party_steps")

    yield install
    custom_steps.custom_steps.cache_clear()
    sys.modules.pop("third_party_steps", None)


def test_it_passes_the_kit_and_is_listed(package):
    assert check_step(package().Clipped, share=0.05) == []
    said = CliRunner().invoke(build_app(), ["steps", "ls", "--json"])
    (line,) = [s for s in json.loads(said.stdout)["steps"] if s["step"] == "clipped"]
    assert (line["from"], line["params"]) == ("third_party_steps", {"share": ["float"]})
    assert {"numeric", "text"} <= {s["step"] for s in json.loads(said.stdout)["steps"]}


def test_the_kit_lists_violations_of_the_contract(package):
    module = package()
    rude = " ".join(check_step(module.Rude))
    assert "modifies its input table" in rude
    assert "two fits on the same rows" in rude
    assert "depends on other rows" in rude
    (hidden,) = check_step(module.Hidden)
    assert "fitted state contains third_party_steps.Clipped" in hidden
    assert check_step(object) == ["It has no about, takes, params, fit, transform."]


@pytest.mark.slow
def test_a_pipeline_with_it_is_trained_in_folds_scored_and_explained(package, tmp_path):
    import time

    from pipeweave_dagster.core.training import train

    package()
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300)})
    frame["y"] = np.where(frame["a"] + 0.2 * rng.normal(size=300) > 0, "yes", "no")
    spec = (
        Builder("y", "binary", positive="yes")
        .step("clipped", "a", share=0.02)
        .step("numeric", "b")
        .search("linear", "lightgbm")
        .divide(folds=3)
        .build()
    )
    (tmp_path / "out").mkdir()
    began, data = time.monotonic(), write_parquet(frame, tmp_path)
    found = train(spec=spec, data=data, out=tmp_path / "out", budget_s=6, started_at=began)
    bundle = load_bundle(tmp_path / "out" / found.evaluated.name)
    said = score(bundle, frame)["prediction"]
    assert (said == frame["y"]).mean() > 0.85
    steps = bundle["members"][0]["pipeline"][0].named_transformers_
    assert "own0" in steps
    fitted = steps["own0"]
    own = fitted[0] if hasattr(fitted, "steps") else fitted
    assert own.high_[0] < frame["a"].max()
    told = contributions(bundle, frame.head(50), quick=True)
    sizes = dict(zip(told.columns, np.abs(told.values).mean(axis=(0, 2)), strict=True))
    assert sizes["a"] > 5 * sizes["b"]


def test_without_the_package_the_step_is_unknown_and_its_parameters_are_checked(package):
    package()
    spec = Builder("y", "binary").step("clipped", "a").build()
    wrong = spec.steps[1].model_copy(update={"params": {"share": "much"}})
    steps = [spec.steps[0], wrong, *spec.steps[2:]]
    assert {p.code for p in validate(spec.model_copy(update={"steps": steps}))} == {"PIP306"}
    custom_steps.custom_steps.cache_clear()
    sys.path_importer_cache.clear()
    sys.path.pop(0)
    assert {p.code for p in validate(spec)} == {"PIP301"}


@pytest.mark.parametrize(
    ("point", "why"),
    [
        ("numeric = third_party_steps:Clipped", "its name is taken"),
        ("other = third_party_steps:Missing", "cannot be imported"),
        ("other = third_party_steps:np", "has no about"),
    ],
)
def test_what_cannot_be_a_step_is_refused_with_the_reason(package, point, why):
    package(point)
    with pytest.raises(PipeWeaveError, match=why) as caught:
        custom_steps.custom_steps()
    assert "third_party_steps" in caught.value.message

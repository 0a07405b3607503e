"""A proposal is kept if it predicts the target significantly better, and only then."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature
from pipeweave_dagster.core.training.proposal_test import run_proposal_test
from pipeweave_dagster_tests.factories import make_pipeline, make_schema, write_parquet

pytestmark = pytest.mark.slow


def table(rows=300, seed=3):
    """The target depends on a ratio, and on a code written as a number without an order."""
    rng = np.random.default_rng(seed)
    plain = rng.normal(size=(rows, 4))
    mass, height = rng.uniform(1, 3, rows), rng.uniform(1, 3, rows)
    code = rng.integers(0, 12, rows)
    effect = rng.normal(size=12)[code]
    frame = pd.DataFrame(plain, columns=["p", "q", "r", "junk"])
    frame = frame.assign(mass=mass, height=height, code=code)
    frame["y"] = plain[:, :3] @ [3, 2, 2] + 2 * mass / height + effect + rng.normal(size=rows) / 5
    return frame


def idea(operator, *columns):
    return DerivedFeature(operator=operator, columns=list(columns))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    frame = table()
    spec = make_pipeline(frame, "y", "regression")
    schema = make_schema(frame, "y", "regression")
    ideas = [idea("ratio", "mass", "height"), idea("product", "junk", "mass")]
    data = write_parquet(frame, tmp_path_factory.mktemp("table"))
    return run_proposal_test(spec, schema, {"code": "categorical"}, ideas, data, 600.0)


def test_a_helpful_proposal_is_kept_with_an_interval_above_zero(found):
    assert [i.name for i in found.ideas] == ["ratio(mass, height)"]
    assert found.uses == {"code": "categorical"}
    kept = [t for t in found.tested if t.kept]
    assert len(kept) == 2
    assert all(t.low is not None and t.low > 0 for t in kept)


def test_an_unhelpful_proposal_has_a_reason(found):
    refused = {t.proposal: t for t in found.tested if not t.kept}
    assert set(refused) == {"product(junk, mass)"}
    assert "chance" in refused["product(junk, mass)"].reason


def test_noise_is_never_kept_by_chance(tmp_path):
    """Five useless features on each of two tables: level 0.5 % per test leaves room for none."""
    for seed in range(2):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(rng.normal(size=(200, 5)), columns=list("abcde"))
        frame["y"] = frame["a"] + rng.normal(size=200)
        ideas = [idea("product", x, y) for x, y in ("bc", "bd", "be", "cd", "ce")]
        spec, schema = (
            make_pipeline(frame, "y", "regression"),
            make_schema(frame, "y", "regression"),
        )
        assert not run_proposal_test(
            spec, schema, {}, ideas, write_parquet(frame, tmp_path), 600.0
        ).ideas


def test_without_time_nothing_is_kept_with_a_reason(tmp_path):
    frame = table(200)
    spec, schema = make_pipeline(frame, "y", "regression"), make_schema(frame, "y", "regression")
    ideas = [idea("ratio", "mass", "height")]
    result = run_proposal_test(
        spec, schema, {"code": "categorical"}, ideas, write_parquet(frame, tmp_path), 0.0
    )
    assert not result.ideas
    assert not result.uses
    assert {t.reason for t in result.tested} == {"there was no time to test it"}

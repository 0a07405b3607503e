"""A broken retraining is seen in its first batch, without labels; drift is not mistaken for one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.prediction import Side, first_batch_problems
from pipeweave_dagster.core.prediction.first_batch import shift
from pipeweave_dagster_tests.factories import train_small_model

pytestmark = pytest.mark.slow


def rows(seed: int, *, cents: float = 1.0, moved: float = 0.0, cut: float = 20.0) -> pd.DataFrame:
    """Bills that are paid late if they are high; `cents` is the unit of the amount."""
    rng = np.random.default_rng(seed)
    amount = rng.gamma(4, 5, 400) + moved
    late = amount + rng.normal(0, 4, 400) > cut
    age = rng.integers(18, 90, 400)
    return pd.DataFrame({"amount": amount * cents, "age": age, "late": np.where(late, "yes", "no")})


def side(frame: pd.DataFrame, folder: Path) -> Side:
    folder.mkdir()
    _, model, out = train_small_model(frame, "late", "binary", folder, families=("linear",))
    return Side(
        trained=model,
        model=out / model.model.name,
        evaluated=out / (model.evaluated or model.model).name,
        test_rows=out / model.test_rows.name,
        reference=out / model.reference.name,
        table=folder / "data.parquet",
    )


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Side]:
    folder = tmp_path_factory.mktemp("models")
    frames = {
        "before": rows(1),
        "sound": rows(2),
        "cents": rows(3, cents=100.0),
        "changed world": rows(4, cut=28.0),
    }
    return {name: side(frame, folder / name) for name, frame in frames.items()}


def problems(sides: dict[str, Side], new: str, batch: pd.DataFrame, folder: Path) -> list[str]:
    path = folder / "batch.parquet"
    batch.drop(columns="late").to_parquet(path)
    return first_batch_problems(sides[new], sides["before"], path)


def test_a_retraining_in_another_unit_is_found(sides: dict[str, Side], tmp_path: Path) -> None:
    found = problems(sides, "cents", rows(9), tmp_path)
    assert "Its training rows differ from this batch in 'amount'" in found[0]
    assert "while the previous champion predicts it as usual" in found[1]


def test_a_model_that_predicts_at_random_is_found(sides: dict[str, Side], tmp_path: Path) -> None:
    """Its file is that of another model: both predict as often yes, on other rows."""
    swapped = rows(5)
    swapped["amount"] = 2 * swapped["amount"].mean() - swapped["amount"]
    swapped["late"] = np.where(swapped["late"] == "yes", "yes", "no")
    broken = side(swapped, tmp_path / "swapped")
    new = sides["sound"].model_copy(update={"model": broken.model})
    found = problems({**sides, "broken": new}, "broken", rows(9), tmp_path)
    assert any("disagrees with the previous champion" in text for text in found)


@pytest.mark.parametrize("seed", range(20, 26))
def test_a_sound_retraining_passes(sides: dict[str, Side], tmp_path: Path, seed: int) -> None:
    assert problems(sides, "sound", rows(seed), tmp_path) == []


@pytest.mark.parametrize("moved", [-6.0, 15.0])
def test_a_batch_that_has_drifted_is_no_fault_of_the_model(
    sides: dict[str, Side], tmp_path: Path, moved: float
) -> None:
    assert problems(sides, "sound", rows(30, moved=moved), tmp_path) == []


def test_a_model_that_learned_a_changed_world_passes(
    sides: dict[str, Side], tmp_path: Path
) -> None:
    assert problems(sides, "changed world", rows(31, cut=28.0), tmp_path) == []


def test_what_cannot_be_compared_passes(sides: dict[str, Side], tmp_path: Path) -> None:
    assert problems(sides, "cents", rows(9).head(49), tmp_path) == []
    assert problems(sides, "cents", rows(9).drop(columns="amount"), tmp_path) == []
    other = sides["cents"].trained.model_copy(update={"target": "x"})
    new = sides["cents"].model_copy(update={"trained": other})
    assert problems({**sides, "x": new}, "x", rows(9), tmp_path) == []


@given(st.integers(0, 99), st.integers(60, 3000), st.booleans())
def test_samples_of_one_population_do_not_shift(seed: int, size: int, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=80), rng.normal(size=size)
    if ties:
        first, second = np.round(first), np.round(second)
    assert shift(first, second) < 0.1
    assert shift(first, np.full(size, 99.0)) > 0.3

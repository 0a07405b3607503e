"""Times and groups of rows are found by what they do to a score, and nothing else is."""

import datetime as dt
from itertools import count

import numpy as np
import pytest

from pipeweave_dagster.core.documents import DatasetSettings, SplitSetting
from pipeweave_dagster.core.pace import work_clock
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.structure.find_gaps import find_gaps
from pipeweave_dagster_tests.factories import make_dataset

pytestmark = pytest.mark.slow  # the file with all its variants


@pytest.fixture
def case_of(tmp_path):
    def case_of_(columns, settings=None):
        settings = settings or DatasetSettings()
        made = make_dataset(tmp_path, columns, "y", "regression")
        return Case.of(made.snapshot, made.schema, made.data, settings)

    return case_of_


def test_a_change_over_time_is_found_and_used(case_of, by_time):
    [gap] = case_of(by_time).split_gaps
    assert (gap.kind, gap.column, gap.significant, gap.used) == ("time", "day", True, True)
    assert gap.low > 0
    assert gap.random - gap.honest == pytest.approx(gap.gap, abs=1e-3)


def test_patients_are_found_and_used(case_of, by_group):
    gaps = case_of(by_group).split_gaps
    assert (gaps[0].kind, gaps[0].column, gaps[0].used) == ("group", "patient", True)
    assert not any(gap.used for gap in gaps[1:])


def test_the_order_of_the_rows_does_not_matter(case_of, by_group, tmp_path):
    mixed = np.random.default_rng(1).permutation(480)
    (tmp_path / "mixed").mkdir()
    first = case_of(by_group).split_gaps
    other = {name: [values[k] for k in mixed] for name, values in by_group.items()}
    made = make_dataset(tmp_path / "mixed", other, "y", "regression")
    assert Case.of(made.snapshot, made.schema, made.data, DatasetSettings()).split_gaps == first


def test_dates_and_towns_without_influence_change_nothing(case_of, plain):
    gaps = case_of(plain).split_gaps
    assert [gap.column for gap in gaps] == ["day"]
    assert not gaps[0].significant


def test_the_settings_decide(case_of, by_time):
    random = DatasetSettings(split=SplitSetting(random=True))
    [gap] = case_of(by_time, random).split_gaps
    assert gap.significant
    assert not gap.used
    given = DatasetSettings(split=SplitSetting(group="x"))
    assert case_of(by_time, given).split_gaps == []


def test_dates_of_birth_are_not_times_of_rows(case_of, by_time):
    case = case_of(by_time)
    born = case.table["day"]
    info = born.info.model_copy(update={"pii": "birth date"})
    features = [c for c in case.table.features if c.name not in {"day", "y"}]
    object.__setattr__(born, "info", info)
    assert find_gaps([born, *features], features, case.target) == []


def test_a_quantity_is_no_group(case_of, by_group):
    rng = np.random.default_rng(0)
    age = rng.integers(20, 80, 480)
    columns = {"age": age, "squared": age**2, "cubed": age**3, "x": by_group["age"]}
    assert case_of({**columns, "y": age + rng.normal(size=480)}).split_gaps == []


def test_no_column_is_tested_once_the_time_is_over(case_of, by_time):
    case = case_of({**by_time, "later": [day + dt.timedelta(days=1) for day in by_time["day"]]})
    features = [c for c in case.table.features if c.name != "y"]
    assert len(find_gaps(features, [], case.target)) == 2
    # On a machine at work on other things, as many columns are tested: its own work counts.
    busy = work_clock(worked=count(0, 1).__next__, real=count(0, 5).__next__)
    assert len(find_gaps(features, [], case.target, now=busy)) == 2
    stuck = work_clock(worked=count(0, 0).__next__, real=count(0, 40).__next__)
    assert len(find_gaps(features, [], case.target, now=stuck)) == 1
    clock = iter([0.0, 1.0, 60.0])
    assert len(find_gaps(features, [], case.target, now=lambda: next(clock))) == 1

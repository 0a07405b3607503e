"""One line that explains why a column is used or not."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.quality.column_usage import _without_name, explain_column
from pipeweave_dagster_tests.factories import make_dataset, make_pipeline


@pytest.fixture
def explain(tmp_path, rng):
    y = rng.integers(0, 2, 600)
    columns = {
        "x": rng.normal(size=600),
        "copy": y,
        "strong": y + rng.normal(0, 0.45, 600),
        "id": np.arange(600),
        "y": y,
    }
    case = make_dataset(tmp_path, columns, "y", roles={"id": "identifier"})
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    return lambda column: explain_column(column, case.schema, found, None)


@pytest.mark.parametrize(
    ("column", "line"),
    [
        ("x", "'x' is used."),
        ("strong", "'strong' is used, but PW210 questions whether it is known at prediction time."),
        ("y", "'y' is the target column, not a feature."),
        ("id", "'id' is not used (identifier): made"),
    ],
)
def test_it_says_whether_and_why(explain, column, line):
    assert explain(column) == line


def test_a_blocked_column_cites_its_finding(explain):
    assert explain("copy").startswith("'copy' blocks the run (PW204): each of its 2 values always ")


def test_an_unknown_column_gets_the_nearest_name(explain):
    with pytest.raises(PipeWeaveError, match=r"There is no column 'stong'\. Did you mean 'strong'"):
        explain("stong")


def test_a_message_does_not_repeat_the_name():
    assert _without_name("'a': all values are equal.", "'a'") == "all values are equal."
    assert _without_name("'a' ranks the rows.", "'a'") == "it ranks the rows."
    assert _without_name("'ab' ranks the rows.", "'a'") == "'ab' ranks the rows."


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("dropped in the settings", "'x' is dropped in the settings."),
        ("PW502: it counts rows", "'x' is dropped: PW502: it counts rows"),
    ],
)
def test_a_dropped_column_is_said_to_be_so_once(tmp_path, rng, reason, line):
    table = {"x": rng.normal(size=60), "y": rng.integers(0, 2, 60)}
    case = make_dataset(tmp_path, table, "y")
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    spec = make_pipeline(pd.DataFrame(table), "y", "binary")
    spec = spec.model_copy(update={"dropped": {"x": reason}})
    assert explain_column("x", case.schema, found, spec) == line


def test_an_identifier_whose_order_is_used_is_said_to_be_used(tmp_path, rng):
    late = np.arange(800) > 400
    noisy = np.where(rng.random(800) < 0.4, late, rng.integers(0, 2, 800).astype(bool))
    table = {"number": np.arange(800), "x": rng.normal(size=800), "y": noisy}
    roles = {"number": "identifier"}
    case = make_dataset(tmp_path, table, "y", roles=roles)
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    spec = make_pipeline(pd.DataFrame(table), "y", "binary", findings=found.findings, roles=roles)
    assert explain_column("number", case.schema, found, spec) == "'number' is used."

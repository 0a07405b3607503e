"""One line that explains why a column is used or not."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings, Step
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.quality.column_usage import _without_name, explain_column
from pipeweave_dagster_tests.factories import make_dataset, make_pipeline

DOUBT = "but PW210 questions whether it is known at prediction time"


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
        ("x", "'x' is used as a feature (numeric)."),
        ("strong", f"'strong' is used as a feature (numeric), {DOUBT}."),
        ("y", "'y' is the target, which the model predicts, not a feature."),
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
        ("PW502: 'x' counts rows.", "'x' is not used (PW502): it counts rows."),
        ("has a single value", "'x' is not used: it has a single value"),
        ("Names or similar.", "'x' is not used: Names or similar."),
    ],
)
def test_a_dropped_column_is_said_to_be_so_once(tmp_path, rng, reason, line):
    table = {"x": rng.normal(size=60), "y": rng.integers(0, 2, 60)}
    case = make_dataset(tmp_path, table, "y")
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    spec = make_pipeline(pd.DataFrame(table), "y", "binary")
    spec = spec.model_copy(update={"dropped": {"x": reason}})
    assert explain_column("x", case.schema, found, spec) == line


@pytest.mark.parametrize(
    ("steps", "use"),
    [
        ([("preprocess", "categorical")], "as a feature (categorical)"),
        ([("feature", "date_parts")], "as a feature (date_parts)"),
        (
            [("preprocess", "numeric"), ("feature", "derived")],
            "as a feature (numeric) and in features that are computed from several columns",
        ),
    ],
)
def test_a_used_column_is_said_to_be_used_for_its_steps(tmp_path, rng, steps, use):
    table = {"x": rng.normal(size=60), "y": rng.integers(0, 2, 60)}
    case = make_dataset(tmp_path, table, "y")
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    made = [Step(name=name, kind=kind, use=name, columns=["x"]) for kind, name in steps]
    spec = make_pipeline(pd.DataFrame(table), "y", "binary").model_copy(update={"steps": made})
    assert explain_column("x", case.schema, found, spec) == f"'x' is used {use}."


def test_an_identifier_whose_order_is_used_is_said_to_be_used(tmp_path, rng):
    late = np.arange(800) > 400
    noisy = np.where(rng.random(800) < 0.4, late, rng.integers(0, 2, 800).astype(bool))
    table = {"number": np.arange(800), "x": rng.normal(size=800), "y": noisy}
    roles = {"number": "identifier"}
    case = make_dataset(tmp_path, table, "y", roles=roles)
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    spec = make_pipeline(pd.DataFrame(table), "y", "binary", findings=found.findings, roles=roles)
    line = "'number' is used as a feature (numeric)."
    assert explain_column("number", case.schema, found, spec) == line
    by_time = spec.split.model_copy(update={"kind": "time", "column": "number"})
    spec = spec.model_copy(update={"split": by_time})
    line = "'number' is used as a feature (numeric) and to choose the test rows (split by time)."
    assert explain_column("number", case.schema, found, spec) == line

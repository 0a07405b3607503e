"""Random tables of every type, empty ones too: all are reported, and nothing warns."""

import datetime as dt
import random
import re

import pyarrow as pa
import pytest

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster_tests.factories import make_dataset

pytestmark = pytest.mark.slow  # the file with all its variants

FIRST_DAY, FIRST_MOMENT = dt.date(1, 1, 1), dt.datetime(1, 1, 1)  # noqa: DTZ001 - as stored
HUGE = [1e308, -1e308, 0.0, float("inf"), float("nan"), 5e-324]
ODD = [0, 9, 10, 38, 60, 0x202E, 0x1F600, 65]
MAKERS = [
    (pa.int64(), lambda r: r.randint(-5, 5)),
    (pa.int64(), lambda r: r.choice([2**62, -(2**62), 0, 7])),
    (pa.int64(), lambda r: 0),
    (pa.int32(), lambda r: r.randrange(10**6)),
    (pa.float64(), lambda r: r.gauss(0, 1)),
    (pa.float64(), lambda r: r.choice(HUGE)),
    (pa.bool_(), lambda r: r.random() < 0.5),
    (pa.date32(), lambda r: FIRST_DAY + dt.timedelta(days=r.randrange(3652058))),
    (pa.timestamp("us"), lambda r: FIRST_MOMENT + dt.timedelta(seconds=r.randrange(315537897599))),
    (pa.time64("us"), lambda r: dt.time(r.randrange(24), r.randrange(60))),
    (pa.string(), lambda r: r.choice("abc")),
    (pa.string(), lambda r: "".join(chr(r.choice(ODD)) for _ in range(r.randrange(5)))),
    (pa.string(), lambda r: str(r.random())),
    (pa.string(), lambda r: " ".join(r.choice(["lorem", "ipsum"]) for _ in range(9))),
]
TYPES = ["numeric", "categorical", "text", "datetime", "identifier", "constant", "boolean"]


def column(r, rows):
    kind, make = r.choice(MAKERS)
    gone = r.choice([0, 0, 0.1, 0.9, 1])
    return pa.array([None if r.random() < gone else make(r) for _ in range(rows)], kind)


@pytest.mark.parametrize("seed", range(60))
def test_no_table_is_too_odd(tmp_path, seed):
    r = random.Random(seed)
    rows = r.choice([0, 1, 2, 5, 30, 150, 400])
    names = [r.choice(["x", "<b>", "a.b", '"']) + str(i) for i in range(r.randrange(1, 9))]
    case = make_dataset(
        tmp_path,
        {name: column(r, rows) for name in names},
        r.choice([None, *names]),
        r.choice(["binary", "multiclass", "regression"]),
        types={name: r.choice(TYPES) for name in names if r.random() < 0.3},
        roles={name: r.choice(["identifier", "dropped"]) for name in names if r.random() < 0.2},
    )
    before = Version(snapshot=case.snapshot, meaning=case.schema, data=case.data)
    previous = before if r.random() < 0.3 else None
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings(), previous)
    options = ReportOptions(previous=previous, samples=r.choice([0, 5]))
    report = build_report("odd", case.snapshot, case.schema, case.data, tmp_path, options)
    assert found.to_json()
    assert report.to_json()
    assert not re.search(r"<b>\d", (tmp_path / "report.html").read_text())

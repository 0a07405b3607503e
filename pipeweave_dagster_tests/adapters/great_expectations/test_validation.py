"""Great Expectations itself accepts the table that a suite was written from."""

import json

import pytest

from pipeweave_dagster.adapters.great_expectations.validation import validate_version
from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.schema import deduce

pytestmark = [
    pytest.mark.slow,
    # A package that Great Expectations imports warns of the end of life of Python 3.11.
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

ROWS = "\n".join(
    f"2024-01-{1 + i % 28:02},2024-03-01 10:{i:02}:00,{i % 24:02}:30,{i},{i / 4},{i % 2 == 0},w{i}"
    for i in range(60)
)
TEXT = f"day,moment,clock,whole,number,yes,word\n{ROWS}\n"
EARLIER = "datetime64"
"""The type of dates in suites of earlier releases, which no column of pandas has."""


@pytest.fixture
def validated(tmp_path):
    """The result of holding a version to the suite that was written from it."""

    def validated_(change=lambda suite: suite):
        (tmp_path / "f.csv").write_text(TEXT)
        upload = RawUpload(dataset="d", files=[RawFile(name="f.csv", sha256="0", size_bytes=1)])
        snapshot = ingest(upload, [tmp_path / "f.csv"], tmp_path)
        data = tmp_path / "data.parquet"
        schema = deduce(snapshot, data, DatasetSettings())
        storages = {c.storage for c in schema.columns}
        assert {"date", "datetime", "time", "integer", "number", "boolean", "text"} <= storages
        facts = ("d", snapshot, schema, data)
        validate_version(*facts, None, tmp_path)
        suite = tmp_path / "active.json"
        suite.write_text(change((tmp_path / "expectations.json").read_text()))
        return validate_version(*facts, suite, tmp_path)

    return validated_


def test_a_version_keeps_the_rules_that_were_written_from_it(validated):
    report = validated()
    assert report.validated
    assert report.failures == []


def test_dates_keep_the_rules_of_earlier_releases(validated):
    def earlier(text):
        suite = json.loads(text)
        for rule in suite["expectations"]:
            types = rule["kwargs"].get("type_list", [])
            if any(name.startswith(EARLIER) for name in types):
                rule["kwargs"]["type_list"] = [EARLIER]
        return json.dumps(suite)

    assert validated(earlier).failures == []

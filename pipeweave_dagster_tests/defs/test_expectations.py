"""The first version writes the suite, and the next is held to it by Great Expectations itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster.core.documents import ExpectationReport
from pipeweave_dagster.core.expectations import read_suite
from pipeweave_dagster.defs.datasets.assets import dataset, raw_upload
from pipeweave_dagster.defs.expectations.assets import expectations
from pipeweave_dagster.defs.schemas.assets import schema_deduction
from pipeweave_dagster.lib.launch_config import LaunchConfig
from pipeweave_dagster.services.expectations import accept
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster_tests.defs.conftest import context_for

pytestmark = pytest.mark.slow

NAME = "held"
PENGUINS = Path(__file__).parents[2] / "examples" / "penguins.csv"


def materialized(bench: Workbench, text: str) -> tuple[Any, dict[str, Any]]:
    """The asset's result and its checks for one version of the data."""
    bench.store.storage.put(f"uploads/{NAME}/data.csv", text.encode())
    run = {"context": context_for(NAME), "workbench": bench}
    raw = raw_upload(config=LaunchConfig(target="species"), **run).value
    data = dataset(raw_upload=raw, **run).value
    schema = schema_deduction(raw_upload=raw, dataset=data, **run).value
    result, *checks = expectations(dataset=data, schema_deduction=schema, **run)
    return result, {check.check_name: check for check in checks}


def broken(text: str) -> str:
    """One error of each kind: label, category, number, missing value, a column of text."""
    head, *lines = text.splitlines()
    cells = [line.split(",") for line in lines]
    names = head.split(",")
    for row in cells[:40]:
        row[names.index("species")] += "."
    cells[50][names.index("island")] = "Atlantis"
    cells[60][names.index("body_mass_g")] = "990000"
    cells[70][names.index("year")] = ""
    return "\n".join([head, *map(",".join, cells)]) + "\n"


@pytest.mark.slow
def test_a_broken_rule_is_a_failed_check_with_count_and_link(bench: Workbench) -> None:
    text = PENGUINS.read_text()
    first, checks = materialized(bench, text)
    report: ExpectationReport = first.value
    assert not report.validated
    assert all(check.passed for check in checks.values())
    suite = read_suite(bench.store.payload(report.suite).read_bytes(), "it")
    accept(bench.store, NAME, suite)

    again, _ = materialized(bench, text)
    assert "reused" in again.metadata["result"], "it holds to its own suite by construction"

    second, checks = materialized(bench, broken(text))
    report = second.value
    assert report.validated
    failed = {name for name, check in checks.items() if not check.passed}
    assert failed == {"labels", "categories", "ranges", "missing"}
    assert checks["labels"].metadata["failing_rows"].value == 40
    assert checks["labels"].severity.value == "ERROR"
    assert checks["categories"].severity.value == "WARN"
    assert "Atlantis" not in report.model_dump_json(), "a value of one row is masked"
    assert "Aaaaaaaa" in checks["categories"].metadata["failures"].value
    docs = report.docs
    assert docs is not None
    assert docs.sha256 in checks["labels"].metadata["docs"].value
    page = bench.store.payload(docs).read_text()
    assert "Atlantis" not in page
    assert "species" in page
    assert report.suite.sha256 == first.value.suite.sha256, "it stays until a person accepts"
    proposed = json.loads(bench.store.payload(report.proposed).read_bytes())
    assert proposed["expectations"] != suite["expectations"]


@pytest.mark.slow
def test_the_same_version_gives_the_same_document(bench: Workbench) -> None:
    suite = {
        "name": NAME,
        "expectations": [
            {"type": "expect_column_values_to_be_between",
             "kwargs": {"column": "year", "min_value": 2008}},
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "gone"}},
        ],
        "meta": {},
    }  # fmt: skip
    accept(bench.store, NAME, read_suite(json.dumps(suite).encode(), "it"))
    first, _ = materialized(bench, PENGUINS.read_text())
    report: ExpectationReport = first.value
    assert [(f.column, f.failed) for f in report.failures] == [("year", 110)]
    assert "gone" in report.notes[0]
    (entry,) = [
        o.key for o in bench.store.storage.list(f"datasets/{NAME}/results/expectations/")
        if json.loads(bench.store.storage.get(o.key))["document"] == report.sha256
    ]  # fmt: skip
    bench.store.storage.delete(entry)
    again, _ = materialized(bench, PENGUINS.read_text())
    assert "made in" in again.metadata["result"]
    assert again.value.sha256 == report.sha256

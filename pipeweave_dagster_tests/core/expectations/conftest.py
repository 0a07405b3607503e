"""Rules of a small table: text of a CSV file in, its suite out."""

import pytest

from pipeweave_dagster.core.expectations import propose


@pytest.fixture
def suite_of(version):
    def suite_of_(text, **settings):
        made = version(text, **settings)
        return propose(made.snapshot, made.schema, made.data, "d")

    return suite_of_


@pytest.fixture
def rules_of(suite_of):
    """The rules on one column, by type."""

    def rules_of_(text, column, **settings):
        rules = suite_of(text, **settings)["expectations"]
        of_column = [r for r in rules if r["kwargs"].get("column") == column]
        return {r["type"].removeprefix("expect_column_"): r for r in of_column}

    return rules_of_

"""Two versions of a table: every kind of change is found, and nothing else."""

import pytest

from pipeweave_dagster.core.schema.schema_diff import compare_schemas


def table(rows=200, label="yes", names="id,size,kind,income", shift=0, kinds="abc", start=0):
    return f"{names}\n" + "".join(
        f"{i},{i % 50 + shift}.5,{kinds[i % len(kinds)]}{kinds[i % len(kinds)]},"
        f"{label if i % 3 else 'no'}\n"
        for i in range(start, start + rows)
    )


@pytest.fixture
def changes(version):
    def changes_(new, old=None):
        before, after = version(old or table(), target="income"), version(new)
        found = compare_schemas(
            before.schema, before.snapshot, before.data, after.snapshot, after.data
        )
        return [(c.code, c.column) for c in found]

    return changes_


def test_more_of_the_same_is_no_change(changes):
    assert changes(table(start=200)) == []


def test_numbers_may_lose_all_their_flags(changes):
    flagged = table().replace("5.5,", "5.5 p,").replace("7.5,", "7.5 e,")
    assert changes(table(start=200), old=flagged) == []


def test_new_label_is_the_only_error(changes):
    assert changes(table(label="yes.")) == [("NEW_LABEL", "income")]


def test_new_category(changes):
    assert changes(table(kinds="abcd")) == [("NEW_CATEGORY", "kind")]


def test_range(changes):
    assert changes(table(shift=500)) == [("OUT_OF_RANGE", "size")]


def test_type(changes):
    text = table().replace(".5,", "kg x,")
    assert changes(text) == [("TYPE_CHANGED", "size")]


def test_renamed_missing_and_new(changes):
    assert changes(table(names="id,size,sort,income")) == [("COLUMN_RENAMED", "kind")]
    text = "\n".join(
        ",".join([*line.split(",")[:2], line.split(",")[3]]) for line in table().split("\n")[:-1]
    )
    assert changes(text + "\n") == [("COLUMN_MISSING", "kind")]
    assert changes(table(), old=text + "\n") == [("COLUMN_NEW", "kind")]

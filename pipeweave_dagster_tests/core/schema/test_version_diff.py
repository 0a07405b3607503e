"""Two versions of a data set are compared by columns, types, roles, target and values."""

from typing import Any

import pytest

from pipeweave_dagster.core.documents import SchemaDeduction
from pipeweave_dagster.core.schema.version_diff import VersionChange, compare_versions


def table(names: str = "id,size,kind,income", size: str = ".5", kinds: str = "abc") -> str:
    return f"{names}\n" + "".join(
        f"{i},{i % 50}{size},{kinds[i % len(kinds)] * 2},{'yes' if i % 3 else 'no'}\n"
        for i in range(200)
    )


def compared(before: Any, after: Any, new: SchemaDeduction | None = None) -> list[VersionChange]:
    return compare_versions(
        old=before.schema,
        old_snapshot=before.snapshot,
        old_data=before.data,
        new=new or after.schema,
        new_snapshot=after.snapshot,
        new_data=after.data,
    )


def found(changes: list[VersionChange]) -> list[tuple[str, str, str | None, str | None]]:
    return [(c.code, c.column, c.before, c.after) for c in changes]


def test_equal_versions_have_no_changes(version: Any) -> None:
    before = version(table(), target="income")
    assert compared(before, before) == []


def test_columns_that_were_renamed_added_and_removed(version: Any) -> None:
    before = version(table(), target="income")
    renamed = version(table(names="id,size,sort,income"), target="income")
    assert found(compared(before, renamed)) == [("COLUMN_RENAMED", "kind", "kind", "sort")]
    fewer = version("\n".join(line.rpartition(",")[0] for line in table().split("\n")[:-1]) + "\n")
    removed = [c for c in compared(before, fewer) if c.code == "COLUMN_MISSING"]
    assert found(removed) == [("COLUMN_MISSING", "income", "income", None)]
    added = [c for c in compared(fewer, before) if c.code == "COLUMN_NEW"]
    assert found(added) == [("COLUMN_NEW", "income", None, "income")]


def test_a_retyped_column_is_reported_once(version: Any) -> None:
    before = version(table(), target="income")
    after = version(table(size=" kg x"), target="income")
    changes = [c for c in compared(before, after) if c.column == "size"]
    assert ("TYPE_CHANGED", "size", "number", "text") in found(changes)
    assert "SEMANTIC_TYPE_CHANGED" not in {c.code for c in changes}


def test_changed_roles_target_and_task(version: Any) -> None:
    before = version(table(), target="income")
    columns = [
        c.model_copy(update={"role": "dropped"} if c.name == "kind" else {})
        for c in before.schema.columns
    ]
    target = before.schema.target.model_copy(update={"name": "size", "task": "regression"})
    new = before.schema.model_copy(update={"columns": columns, "target": target})
    changes = compared(before, before, new)
    assert found(changes) == [
        ("TARGET_CHANGED", "size", "income", "size"),
        ("TASK_CHANGED", "size", "binary", "regression"),
        ("ROLE_CHANGED", "kind", "feature", "dropped"),
    ]
    assert [c.severity for c in changes] == ["error", "error", "warning"]
    assert changes[0].message == "The target changed from income to size."


def test_a_renamed_target_is_the_same_target(version: Any) -> None:
    before = version(table(), target="income")
    after = version(table(names="id,size,kind,incomes"), target="incomes")
    assert [c.code for c in compared(before, after)] == ["COLUMN_RENAMED"]


@pytest.mark.parametrize("pii", [None, "name"])
def test_values_of_personal_columns_are_not_quoted(version: Any, pii: str | None) -> None:
    before = version(table(), target="income")
    after = version(table(kinds="abcd"), target="income")
    columns = [
        c.model_copy(update={"pii": pii} if c.name == "kind" else {}) for c in after.schema.columns
    ]
    new = after.schema.model_copy(update={"columns": columns})
    (change,) = [c for c in compared(before, after, new) if c.code == "NEW_CATEGORY"]
    assert ("dd" in change.message) == (pii is None)

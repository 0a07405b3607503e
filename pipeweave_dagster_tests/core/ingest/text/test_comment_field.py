"""A last column for comments that most rows leave out, delimiter and all."""

import pytest


@pytest.mark.parametrize("name", ["Comment", "Remarks", "Bemerkung"])
@pytest.mark.parametrize("title", ["", "Log of the rig\n"])
def test_rows_with_and_without_a_comment_are_rows(name, title, read, rows):
    made = [f"{i};{i / 8};{900 - i}{';leak' if i == 20 else ''}\n" for i in range(40)]
    snapshot = read(f"{title}time;pressure;speed;{name}\n{''.join(made)}")
    assert [c.name for c in snapshot.columns] == ["time", "pressure", "speed", name]
    assert (snapshot.rows, snapshot.rows_quarantined) == (40, 0)
    assert [r[name] for r in rows()] == ["leak" if i == 20 else None for i in range(40)]
    assert rows()[3]["speed"] == 897

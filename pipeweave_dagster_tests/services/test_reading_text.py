"""Equal notes of several columns are shown as one."""

import pytest

from pipeweave_dagster.services.reading_text import joined_notes, note_lines

MISSING = "Stored as missing in a column of type number: '***' (1)."
KEPT = (
    "Kept as text, as 1 value among numbers cannot be read as such: 'x' (1). To read numbers, set"
)


def test_equal_notes_list_their_columns():
    notes = ["Line 1 above the names was left out.", *(f"{m}: {MISSING}" for m in ("Apr", "May"))]
    assert joined_notes(notes) == [notes[0], f"Apr, May: {MISSING}"]


def test_settings_name_no_column_where_several_share_a_note():
    notes = [
        f"a: {KEPT} columns: {{a: {{type: number}}}}.",
        f'b: c: {KEPT} columns: {{"b: c": {{type: number}}}}.',
        f'd e#: {KEPT} columns: {{"d e#": {{type: number}}}}.',
    ]
    joined = joined_notes([notes[0], notes[2]])
    assert joined == [f"a, d e#: {KEPT} columns: {{NAME: {{type: number}}}}."]
    assert joined_notes(notes[:1]) == notes[:1]
    assert len(joined_notes(notes)) == 2


def test_many_columns_are_cut():
    [line] = note_lines(f"m{i}: {MISSING}" for i in range(15))
    assert line.startswith("note: m0, m1, ")
    assert f"m11 and 3 more: {MISSING}" in line


@pytest.mark.parametrize(("notes", "more"), [(1, "1 more note"), (2, "2 more notes")])
def test_how_many_are_not_shown_is_said(notes, more):
    shown = len(note_lines(f"Note {n}." for n in range(100))) - 1
    assert note_lines(f"Note {n}." for n in range(shown + notes))[-1] == f"… and {more}"


@pytest.mark.parametrize("notes", [[], ["Skipped 1 row."], ["a: x.", "b: y."], ["Quarantined: a"]])
def test_other_notes_stay(notes):
    assert joined_notes(notes) == notes

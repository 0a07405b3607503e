"""PW703: changes of the schema since the previous version."""

import numpy as np


def test_labels_in_another_spelling_are_the_only_error(findings_of, table):
    label = np.where(table["y"] == 1, "yes", "no")
    before = {"x": table["x"], "k": [f"c{i % 9}" for i in range(600)], "y": label}
    found = findings_of("PW703", {**before, "y": np.char.add(label, ".")}, previous=before)
    assert [(f.columns, f.evidence) for f in found] == [
        (["y"], {"change": "NEW_LABEL", "severity": "error"})
    ]
    assert findings_of("PW703", before, previous=before) == []


def test_added_and_removed_columns_alert(findings_of, table):
    before = {"x": table["x"], "height": table["x"] ** 2, "y": table["y"]}
    now = {"x": table["x"], "town": [f"t{i % 9}" for i in range(600)], "y": table["y"]}
    found = findings_of("PW703", now, previous=before)
    assert {(f.evidence["change"], *f.columns) for f in found} == {
        ("COLUMN_MISSING", "height"),
        ("COLUMN_NEW", "town"),
    }
    (gone,) = [f for f in found if f.columns == ["height"]]
    assert gone.message == "'height' is no longer in the data."
    assert "treats absent columns as missing values" in gone.proposal


def test_new_values_of_a_personal_column_and_rare_ones_are_not_quoted(findings_of, table):
    before = {"mail": ["ann@a.org"] * 600, "k": ["a"] * 600, "y": table["y"]}
    now = {"mail": ["bob@b.org"] * 600, "k": ["zoe"] * 4 + ["b"] * 596, "y": table["y"]}
    found = findings_of("PW703", now, previous=before, pii={"mail": "email"})
    assert all(f.message.count(f"'{f.columns[0]}'") == 1 for f in found)
    messages = {f.columns[0]: f.message for f in found}
    assert "b.org" not in messages["mail"]
    assert "zoe" not in messages["k"]
    assert "'b' (596), 1 others" in messages["k"]

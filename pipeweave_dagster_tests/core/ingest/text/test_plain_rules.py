"""A rule of dashes in one piece below the names, with lines above them or not."""

import pytest

ABOVE = {
    "nothing": "",
    "a title": "List of plants\n\n",
    "keys": "Description:      Master list\nLast updated:     March 31, 2024\n \n \n",
    "a ruled title": "List of plants\n==============\n\n",
    "a rule": "-" * 44 + "\n",
}
PLANTS = ("Ash", "Red cedar", "Common oak", "Elm", "Plane tree")
ROWS = [f"{i % 97:<6}{PLANTS[i % 5]:<14}{i * 1.5:>10.1f}" for i in range(60)]
NAMES = f"{'No':<6}{'Plant':<14}{'Height':>10}"


@pytest.mark.parametrize("dash", ["-", "=", "_"])
@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE)
def test_the_names_are_those_above_the_rule(read, rows, above, dash):
    snapshot = read("\n".join([above + NAMES, dash * 30, *ROWS, ""]), name="plants.txt")
    assert [c.name for c in snapshot.columns] == ["No", "Plant", "Height"]
    assert (snapshot.rows, snapshot.rows_quarantined) == (60, 0)
    assert rows()[1] == {"No": 1, "Plant": "Red cedar", "Height": 1.5}
    assert any("of dashes; the names stand in line" in note for note in snapshot.notes)


def test_rules_between_groups_of_rows_are_left_out(read):
    lines = [line for i, row in enumerate(ROWS) for line in ([row, "-" * 30][: 1 + (i % 20 == 19)])]
    snapshot = read("\n".join([NAMES, "-" * 30, *lines, ""]), name="plants.txt")
    assert (snapshot.rows, snapshot.rows_quarantined) == (60, 0)
    assert "Left out 4 rules of dashes" in " ".join(snapshot.notes)


def test_delimited_names_may_have_a_rule(read, rows):
    text = "id;plant\n" + "-" * 20 + "\n" + "".join(f"{i};{PLANTS[i % 5]}\n" for i in range(30))
    read(text)
    assert rows()[3] == {"id": 3, "plant": "Elm"}

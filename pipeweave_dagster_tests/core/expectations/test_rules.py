"""Which rules a version suggests for the next ones."""

import pytest

from pipeweave_dagster.core.expectations.text_patterns import common_pattern


def table(column, values, rows=200):
    return f"n,{column},label\n" + "".join(
        f"{i}.5,{values[i % len(values)]},{'yes' if i % 3 else 'no'}\n" for i in range(rows)
    )


def test_the_table_keeps_its_columns_and_a_tenth_of_its_rows(suite_of):
    first, second = suite_of(table("a", ["x", "y"]))["expectations"][:2]
    assert first["kwargs"] == {"column_set": ["n", "a", "label"], "exact_match": True}
    assert second["kwargs"] == {"min_value": 20}


def test_categories_are_closed_but_the_target_holds_labels(rules_of):
    text = table("colour", ["red", "green", "blue"])
    colour = rules_of(text, "colour", target="label")["values_to_be_in_set"]
    assert colour["kwargs"]["value_set"] == ["blue", "green", "red"]
    assert "mostly" not in colour["kwargs"]
    assert colour["meta"]["pipeweave"]["group"] == "categories"
    label = rules_of(text, "label", target="label")["values_to_be_in_set"]
    assert (label["meta"]["pipeweave"]["group"], label["severity"]) == ("labels", "critical")


def test_as_many_new_categories_are_allowed_as_were_seen_once(rules_of):
    text = table("town", ["Oslo", "Rome"]).replace("0.5,Oslo", "0.5,Hamlet", 1)
    assert rules_of(text, "town")["values_to_be_in_set"]["kwargs"]["mostly"] == 1 - 2 / 200


def test_numbers_have_a_range_with_room_but_not_below_zero(rules_of):
    kwargs = rules_of(table("size", range(10, 110)), "size")["values_to_be_between"]["kwargs"]
    assert (kwargs["min_value"], kwargs["max_value"]) == (0, 134)
    shares = [f"0.{i:02}" for i in range(5, 95)]
    kwargs = rules_of(table("share", shares), "share")["values_to_be_between"]["kwargs"]
    assert (kwargs["min_value"], kwargs["max_value"]) == (0.0, 1.0)


def test_what_was_never_missing_must_be_there(rules_of):
    full = rules_of(table("a", ["x", "y"]), "a")["values_to_not_be_null"]
    assert "mostly" not in full["kwargs"]
    some = rules_of(table("a", ["x", "y", "z", ""]), "a")["values_to_not_be_null"]
    assert some["kwargs"]["mostly"] == pytest.approx(1 - 2 * 0.25 - 0.05, abs=1e-5)
    mostly_empty = rules_of(table("a", ["x", "", "", ""]), "a")
    assert "values_to_not_be_null" not in mostly_empty


def test_identifiers_stay_unique_and_keep_their_form(rules_of):
    text = table("customer_id", [f"{i:04}-AB{chr(65 + i % 26)}" for i in range(200)])
    rules = rules_of(text, "customer_id")
    assert "values_to_be_unique" in rules
    assert rules["values_to_match_regex"]["kwargs"]["regex"] == r"^\d{4}\-[A-Z]{3}$"


def test_a_form_that_the_version_itself_breaks_is_no_rule(rules_of):
    codes = [f"{i:05}-AB" for i in range(900)]
    codes[899] = "odd"  # not among the values that the form is guessed from
    rules = rules_of(table("customer_id", codes, rows=900), "customer_id")
    assert "values_to_be_unique" in rules
    assert "values_to_match_regex" not in rules


@pytest.mark.parametrize("values", [["ab-1"] * 5, ["a", "bb"] * 20, ["--"] * 40])
def test_no_form_without_enough_alike_values(values):
    assert common_pattern(tuple(values)) is None


def test_the_same_table_gives_the_same_suite(suite_of):
    text = table("a", ["x", "y"])
    assert suite_of(text) == suite_of(text)

"""Similar names are suggested, whatever their case."""

from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names


def test_the_most_similar_name_comes_first_and_case_is_ignored() -> None:
    known = ["Survived", "survivor", "age"]
    assert nearest_names("surived", known) == ["Survived", "survivor"]
    assert nearest_names("surived", known, count=1) == ["Survived"]
    assert nearest_names("zzz", known) == []


def test_an_abbreviation_is_found_in_either_direction_before_what_is_only_similar() -> None:
    known = ["Kreatinin (mg/dl)", "Kreis", "CRP", "K", "Kreah"]
    assert nearest_names("Krea", known) == ["Kreah", "Kreatinin (mg/dl)", "Kreis"]
    assert nearest_names("Temp.", ["temperature_celsius", "item"])[0] == "temperature_celsius"
    assert nearest_names("temperature_celsius", ["temp", "t"]) == ["temp"]
    assert nearest_names("te", ["temperature"]) == []


def test_the_hint_quotes_names_or_says_something_else() -> None:
    assert did_you_mean(["a", "b"]) == "Did you mean 'a', 'b'?"
    assert did_you_mean([], otherwise="See the docs.") == "See the docs."

"""Words of texts: Unicode, short numbers, the first character."""

from pipeweave_dagster.core.columns.class_words import words_of


def test_words_are_separated_from_digits_and_signs():
    assert words_of("Fall-2041B: ABGELEHNT, gültig") == {
        "fall", "2041", "b", "abgelehnt", "gültig", "^f"
    }  # fmt: skip
    assert words_of("2-0099187") == {"2", "^2"}, "long numbers are ids"
    assert words_of(" ") == set()

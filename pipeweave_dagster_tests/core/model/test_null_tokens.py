"""Texts that stand for a missing value, as programs of many countries write them."""

import pytest

from pipeweave_dagster.core.model.null_tokens import is_null_token, is_placeholder

ERRORS = ["#DIV/0!", "#N/A", "#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#NAME?", "#VALEUR!", "#NOMBRE!",
          "#¿NOMBRE?", "#¡VALOR!", "#N/D", "#ДЕЛ/0!", "#SPILL!"]  # fmt: skip
OTHERS = [
    "..",
    "…",
    ":",
    ".a",
    "._",
    "<NA>",
    "NaT",
    "#NA",
    "-1.#IND",
    "#N/A N/A",
    "k.A.",
    "(blank)",
]


@pytest.mark.parametrize("token", [*ERRORS, *OTHERS])
def test_a_token_among_numbers_is_missing(token):
    assert is_null_token(token)


@pytest.mark.parametrize("text", ["#1", "#tag", "#ff0000", ".5", ".ab", "a.", "::", "#", "#yes!no"])
def test_a_value_is_not(text):
    assert not is_null_token(text)


def test_extensions_of_files_are_categories():
    assert not is_placeholder(".c")
    assert is_placeholder("..")

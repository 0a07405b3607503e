"""A keyed hash is the same for equal values, in every form in which a file may write them."""

import hashlib
import hmac
import unicodedata

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.model.frame_hashes import hashed_values
from pipeweave_dagster.core.model.hashed_values import hashed_text, key_id

KEY = "0123456789abcdef0123456789abcdef"


def test_it_is_hmac_sha256():
    digest = hmac.new(KEY.encode(), b"a@b.org", hashlib.sha256).hexdigest()
    assert hashed_text("a@b.org", KEY) == "h" + digest[:20]


def test_forms_of_one_value_have_one_hash():
    assert len({hashed_text(v, KEY) for v in (7, 7.0, "7", " 7", "7.00", "7\t")}) == 1
    assert hashed_text("Zoë", KEY) == hashed_text(unicodedata.normalize("NFD", "Zoë"), KEY)
    assert hashed_text("  ", KEY) is None


@given(st.text(), st.text())
def test_other_values_and_other_keys_have_others(first, second):
    plain = unicodedata.normalize("NFC", first.strip(" \t\r\n\u00a0"))
    if plain and not plain.endswith("0"):
        assert hashed_text(first, KEY) != hashed_text(first, KEY[::-1])
        other = unicodedata.normalize("NFC", second.strip(" \t\r\n\u00a0"))
        assert (hashed_text(first, KEY) == hashed_text(second, KEY)) == (plain == other)
    assert key_id(KEY) != key_id(KEY[::-1])


def test_columns_keep_their_missing_values():
    found = hashed_values(pd.Series(["a", None, "b", "a", " "], index=[3, 4, 5, 6, 7]), KEY)
    assert list(found.isna()) == [False, True, False, False, True]
    assert found[3] == found[6] != found[5]

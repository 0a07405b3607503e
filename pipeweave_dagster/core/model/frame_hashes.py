"""Hash the values of rows that were hashed for training.

The source is copied beside exported and registered models.
"""

import re
from collections.abc import Collection
from typing import Any

import pandas as pd

from pipeweave_dagster.core.model.column_names import ColumnsError
from pipeweave_dagster.core.model.hashed_values import (
    HASHED_FORM,
    hashed_again_note,
    hashed_text,
    key_id,
)


def with_hashes(
    reading: dict[str, Any], frame: pd.DataFrame, places: dict[str, int], key: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """Return rows with hashes where the training data had them, and notes on values that are."""
    hashed = [c for c in reading["columns"] if c.get("hash_key") and c["name"] in places]
    filled = [c for c in hashed if frame.iloc[:, places[c["name"]]].notna().any()]
    for column in filled:
        if not key or key_id(key) != column["hash_key"]:
            wrong = "this is not the key" if key else "no key is set"
            raise ColumnsError(
                f"The values of `{column['name']}` were hashed for training, and {wrong}. Set"
                " PIPEWEAVE_PRIVACY_KEY to the key of the PipeWeave that trained the model (that"
                " variable there, or `privacy.key` in its home), or leave the column out."
            )
    if not filled:
        return frame, []
    notes = []
    columns = [frame.iloc[:, j] for j in range(frame.shape[1])]
    for column in filled:
        place = places[column["name"]]
        if _are_hashes(columns[place]):
            notes.append(hashed_again_note(column["name"]))
        columns[place] = hashed_values(columns[place], str(key), column.get("missing", ()))
    return pd.concat(columns, axis=1).set_axis(frame.columns, axis=1), notes


def _are_hashes(values: pd.Series) -> bool:
    texts = {str(value).strip() for value in values.dropna()} - {""}
    return bool(texts) and all(re.fullmatch(HASHED_FORM, text) for text in texts)


def hashed_values(values: pd.Series, key: str, missing: Collection[str] = ()) -> pd.Series:
    """Return the hashes of a column as text; missing values stay missing.

    Args:
        values: The column.
        key: The key.
        missing: Texts that stand for a missing value.
    """
    codes, uniques = pd.factorize(values.astype(object))
    hashes = (hashed_text(value, key, missing) for value in uniques)
    found = pd.Series([*hashes, None], dtype=object)
    return pd.Series(found.to_numpy()[codes], index=values.index, dtype=object)

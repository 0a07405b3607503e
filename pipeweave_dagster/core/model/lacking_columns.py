"""What is said of rows that lack columns which the model uses.

The source is copied beside exported and registered models.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from pipeweave_dagster.core.model.column_names import ColumnsError
from pipeweave_dagster.core.model.column_places import column_places, is_nameless
from pipeweave_dagster.core.suggestions import nearest_names

_SHOWN_ROWS, _SHOWN_LACKING = 3, 30
_ADD = "Add or rename the columns"
_TO_SCORE = "pass on_missing='score' (`--on-missing score`), so that they count as missing values."


def near_columns(missing: Iterable[str], others: Sequence[str]) -> dict[str, str]:
    """Return the column with the most similar name for each missing one that has any.

    Example:
        >>> near_columns(["age", "town"], ["ages", "x"])
        {'age': 'ages'}
    """
    near = {name: nearest_names(name, others, count=1) for name in missing}
    return {name: names[0] for name, names in near.items() if names}


def missing_text(missing: Sequence[str], near: dict[str, str]) -> str:
    """Return the error on columns that no row has.

    Args:
        missing: The columns.
        near: A column of the rows with a similar name, for some of them.
    """
    texts = [
        f"`{name}` (the data has `{near[name]}`)" if name in near else f"`{name}`"
        for name in missing[:_SHOWN_LACKING]
    ]
    more = len(missing) - len(texts)
    named = ", ".join(texts) + (f" and {more} more" if more > 0 else "")
    return f"The data lacks columns that the model uses: {named}."


def lacking_text(lacking: dict[int, list[str]]) -> str:
    """Return which rows lack which columns.

    Example:
        >>> lacking_text({1: ["age", "sex"]})
        'row 1 (counted from 0) lacks `age`, `sex`'
    """
    texts = []
    for number, names in list(lacking.items())[:_SHOWN_ROWS]:
        shown = ", ".join(f"`{name}`" for name in names[:_SHOWN_LACKING])
        more = len(names) - _SHOWN_LACKING
        texts.append(f"row {number} lacks {shown}" + (f" and {more:,} more" if more > 0 else ""))
    texts[0] = texts[0].replace(" lacks", " (counted from 0) lacks", 1)
    more = len(lacking) - len(texts)
    return "; ".join([*texts, *([f"and {more:,} more rows"] if more > 0 else [])])


def lacking_error(lacking: dict[int, list[str]]) -> str:
    """Return the error on records that lack columns which others of the same request have."""
    return f"The data lacks columns that the model uses: {lacking_text(lacking)}."


def require_columns(
    reading: dict[str, Any], frame: pd.DataFrame, lacking: dict[int, list[str]]
) -> None:
    """Refuse rows that lack a column of the model, as `pipeweave predict` does.

    Args:
        reading: How the training data was read, see `read_frame.read_frame`.
        frame: The rows.
        lacking: The columns that single records lack, by number of the row.

    Raises:
        ColumnsError: It names the columns, those of the rows with similar names, and what to do.
    """
    places = column_places(reading, frame)
    missing = [c["name"] for c in reading["columns"] if c["name"] not in places]
    if missing:
        used = {*places.values()}
        names = [] if is_nameless(frame) else [str(name) for name in frame.columns]
        others = [n for j, n in enumerate(names) if j not in used and n != reading["target"]]
        near = near_columns(missing, others)
        raise ColumnsError(f"{missing_text(missing, near)} {_ADD}; or {_TO_SCORE}")
    if lacking:
        fix = f"Give every row all columns, null where a value is missing; or {_TO_SCORE}"
        raise ColumnsError(f"{lacking_error(lacking)} {fix}")

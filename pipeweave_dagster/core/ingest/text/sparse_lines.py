"""Rows of LIBSVM and SVMlight: a target, and the features that are not zero (`1 3:0.5 7:1.2`)."""

import re
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path

from pipeweave_dagster.core.documents import SPARSE_FIELDS
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text
from pipeweave_dagster.core.ingest.text.line_fields import (
    all_lines,
    begins_with,
    first_lines,
    with_fields,
)

_SEVERAL, _MANY = 2, 3
_LEAST_ROWS, _FILLED, _MOST_FEATURES, _MOST_CELLS = 5, 0.8, 2000, 200_000_000
_NUMBER = r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?"
_ROW = re.compile(
    rf"({_NUMBER})(?: ++qid:([0-9]{{1,18}}+))?((?: ++[0-9]{{1,9}}:{_NUMBER})*+) *+(#.*)?"
)
_MINUTES = re.compile("[0-5][0-9]")
_FEATURE = re.compile(r"([0-9]+):(\S+)")
_NAME = re.compile("feature_([0-9]{1,9})")


def with_sparse_features(text: Utf8Text, folder: Path, known: Collection[str] = ()) -> Utf8Text:
    """Return rows of LIBSVM with target and features between delimiters; other text as it is.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
        known: Names of the columns of the training table, of a batch to predict.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if there are too many features for a table.
    """
    trained = {int(found[1]) for name in known if (found := _NAME.fullmatch(name))}
    top = (line for line in begins_with(text.path, 40) if line.strip() and line[0] != "#")
    if ":" not in next(top, ""):
        return text
    head = [line for line in first_lines(text.path) if line.strip() and line[0] != "#"]
    if not _are_rows(head, certain=bool(trained)):
        return text
    used, queries, count = _used(text.path)
    if len(used) > _MOST_FEATURES or count * len(used | trained) > _MOST_CELLS:
        raise validation_error(
            f"The file has {len(used):,} features in {count:,} sparse rows (LIBSVM); a table takes "
            f"{_MOST_FEATURES:,} features and {_MOST_CELLS:,} cells.",
            fix="Reduce them first: sklearn.datasets.load_svmlight_file(FILE), then TruncatedSVD "
            "or SelectKBest, and save the result as Parquet.",
        )
    features = sorted(used | trained)
    names = ["target", *(["qid"] if queries else []), *(f"feature_{i}" for i in features)]
    rows = (_cells(line, features, queries=queries) for line in all_lines(text.path))
    note = "Read sparse rows (LIBSVM): a feature that a row does not name is 0."
    return with_fields(text, folder, names, rows, note, SPARSE_FIELDS)


def _are_rows(head: list[str], *, certain: bool) -> bool:
    """Return whether lines are a number and numbered features in rising order."""
    found = [_ROW.fullmatch(line.strip()) for line in head]
    if not all(found) or len(found) < (1 if certain else _LEAST_ROWS):
        return False
    rows = [_FEATURE.findall(row[3]) for row in found if row]
    filled = [row for row in rows if row]
    if (len(filled) < _FILLED * len(rows) and not certain) or not all(map(_is_rising, filled)):
        return False
    if certain:
        return True
    values = [value for row in filled for _, value in row]
    whole = not any("." in value for value in values)
    clocks = all(_MINUTES.fullmatch(value) for value in values)
    # Scores (`2:1`) and times (`10:30`) behind a number look alike.
    return len(values) >= (_MANY if whole else _SEVERAL) * len(filled) and not clocks


def _is_rising(row: list[tuple[str, str]]) -> bool:
    return all(int(a) < int(b) for (a, _), (b, _) in pairwise(row))


def _used(path: Path) -> tuple[set[int], bool, int]:
    """Return the features that rows name, whether rows have queries, and the number of rows."""
    used: set[int] = set()
    queries, count = False, 0
    for line in all_lines(path):
        found = _ROW.fullmatch(line.strip())
        if found:
            count += 1
            queries = queries or found[2] is not None
            if len(used) <= _MOST_FEATURES:
                used.update(int(i) for i, _ in _FEATURE.findall(found[3]))
    return used, queries, count


def _cells(line: str, features: list[int], *, queries: bool) -> list[str]:
    if not line.strip() or line[0] == "#":
        return []
    found = _ROW.fullmatch(line.strip())
    if not found:
        return [line]
    values = {int(i): text for i, text in _FEATURE.findall(found[3])}
    query = [found[2] or ""] if queries else []
    return [found[1], *query, *(values.get(i, "0") for i in features)]

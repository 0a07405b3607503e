"""Score rows that come by a request, with the checks of a batch."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd
from pydantic import SecretStr

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.hidden_values import notes_without_values
from pipeweave_dagster.core.ingest.hash_columns import needed_key
from pipeweave_dagster.core.ingest.types.batch_forms import reading_of
from pipeweave_dagster.core.model.column_names import (
    ColumnsError,
    fold_name,
    names_by_position,
)
from pipeweave_dagster.core.model.column_places import is_nameless
from pipeweave_dagster.core.model.frame_cells import as_frame
from pipeweave_dagster.core.model.frame_hashes import hashed_values
from pipeweave_dagster.core.model.predict_rows import lacking_keys, lacking_note
from pipeweave_dagster.core.model.read_frame import read_frame
from pipeweave_dagster.core.prediction.block_scorer import BlockScorer
from pipeweave_dagster.core.prediction.copied_columns import copied_columns, found_columns
from pipeweave_dagster.core.prediction.input_check import (
    check_columns,
    column_notes,
    refuse_lacking,
)
from pipeweave_dagster.core.prediction.loaded_model import LoadedModel


class ScoredRequest(NamedTuple):
    """Predictions of rows, in their order, and what the caller should know of the rows."""

    predictions: pd.DataFrame
    notes: list[str]


class RowScorer:
    """Scores the rows of requests with one model.

    Args:
        model: The model, with its policy.
        key: The key of hashed columns.

    Attributes:
        reading: How the training data was read.
    """

    def __init__(self, model: LoadedModel, key: SecretStr | None = None) -> None:
        self._model = model
        self._secret = key
        self._key = None if key is None else key.get_secret_value()
        self.reading: dict[str, Any] = reading_of(model.trained)

    def score(self, rows: Any, *, explain: bool = False) -> ScoredRequest:
        """Read rows as the training data was read, check and score them.

        Args:
            rows: A data frame, a list of dicts, a dict of lists, or an array.
            explain: Add the columns that contribute most to each prediction.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if the rows are no table, or do not have the columns or
                categories that the settings of the data set require.
        """
        model, policy = self._model, self._model.policy
        keep = policy.keep if policy else []
        try:
            frame = as_frame(rows)
            _check_filled(frame)
            read = read_frame(self.reading, frame, self._key)
        except ColumnsError as error:
            trained = model.trained
            raise validation_error(
                str(error),
                fix="Name the columns as in the training data, or give all of them in its order.",
                missing=trained.features[:100],
            ) from error
        except (ValueError, TypeError) as error:
            raise validation_error(
                f"The rows are no table: {str(error)[:200]}",
                fix="Give a list of records, or lists of values that are equally long.",
            ) from error
        named = self._names(frame)
        places = {column["original_name"] for column in self.reading["columns"]}
        extra = [n for n in named if n not in read.rows and n not in places]
        refuse = policy is not None and policy.on_missing == "refuse"
        kept = found_columns(keep, named)
        ignored = [*keep, *kept.values()]
        columns = check_columns(model.trained, [*read.rows, *extra], ignored, refuse=refuse)
        lacking = lacking_keys(self.reading, rows, frame)
        if refuse:
            refuse_lacking(lacking)
        table = read.rows[columns.wanted]
        scorer = BlockScorer(model, columns.wanted, explain=explain)
        scores = scorer.score(table)
        given = frame.reset_index(drop=True).set_axis(named, axis=1)
        given = pd.DataFrame({name: given[own] for name, own in kept.items()})
        for name, missing in self._hashed(kept).items():
            given[name] = hashed_values(given[name], needed_key(self._secret, [name]), missing)
        copied = copied_columns(given, list(kept), list(scores.columns))
        predictions = pd.concat([pd.DataFrame(copied, index=scores.index), scores], axis=1)
        notes = column_notes(columns, model.trained)
        notes += [lacking_note(lacking)] if lacking else []
        notes += [*notes_without_values(read.notes, model.trained.hidden), *scorer.notes()]
        return ScoredRequest(predictions, notes)

    def _hashed(self, kept: Iterable[str]) -> dict[str, list[str]]:
        """Return the columns to copy that are hashed, with the texts that are missing values."""
        wanted = self._model.policy.hashed if self._model.policy else []
        missing: dict[str, list[str]] = {fold_name(name): [] for name in wanted}
        for column in self.reading["columns"]:
            if column.get("hash_key"):
                names = {column["name"], column["original_name"]}
                missing |= {fold_name(name): column["missing"] for name in names}
        return {n: missing[folded] for n in kept if (folded := fold_name(n)) in missing}

    def _names(self, frame: pd.DataFrame) -> list[str]:
        """Return the names of the columns, those of the training table if rows come without."""
        given = [str(name) for name in frame.columns]
        if not is_nameless(frame):
            return given
        reading = self.reading
        required = [column["name"] for column in reading["columns"]]
        names = names_by_position(len(given), required, reading["table"], reading["target"])
        return [*names[: len(given)], *given[len(names) :]]


def _check_filled(frame: pd.DataFrame) -> None:
    empty = "rows" if not len(frame) else "columns" if not frame.shape[1] else ""
    if empty:
        raise validation_error(
            f"There are no {empty} to score.", fix="Give at least one row with its columns."
        )

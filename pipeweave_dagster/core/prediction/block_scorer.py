"""Score the rows of a batch in blocks, and gather what there is to report."""

from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.model.bundle_scores import score
from pipeweave_dagster.core.model.predict_rows import blank_note
from pipeweave_dagster.core.model.test_row_columns import PREDICTION
from pipeweave_dagster.core.model.unseen_categories import (
    Unseen,
    merged_unseen,
    unseen_categories,
    unseen_note,
)
from pipeweave_dagster.core.prediction.batch_policy import BatchPolicy
from pipeweave_dagster.core.prediction.loaded_model import LoadedModel
from pipeweave_dagster.core.prediction.outside_training import OUTSIDE, outside_note

UNSEEN, ABSTAINED = "unseen_categories", "abstained"


class BlockScorer:
    """Scores blocks of rows one after the other.

    Args:
        model: The model, with the policy for rows that differ from the training data.
        columns: The columns of the model that the rows have.
        explain: Add the columns that contribute most to each prediction.
    """

    def __init__(self, model: LoadedModel, columns: list[str], *, explain: bool = False) -> None:
        self._bundle, self._policy, self._explain = model.bundle, model.policy, explain
        self._intervals, self._region = model.intervals, model.region(columns)
        self._known, self._hidden = model.known, {*model.trained.hidden}
        self._filled: dict[str, bool] = {}
        self._reasons_note = ""
        self.unseen: dict[str, Unseen] = {}
        self.counts: dict[str, int] = {}
        self.rows = self.outside = self.abstained = 0

    def score(self, table: pd.DataFrame) -> pd.DataFrame:
        """Score the next rows.

        Raises:
            PipeWeaveError: VALIDATION_ERROR for an unseen category of a column where that is one.
        """
        for name in table.columns:
            self._filled[name] = self._filled.get(name, False) or bool(table[name].notna().any())
        unseen = unseen_categories(self._bundle, table, self._known)
        if self._policy is not None:
            self._refuse_unseen(unseen, self._policy)
        for name, found in unseen.items():
            self.unseen[name] = merged_unseen(self.unseen.get(name), found)
        if self._explain:
            from pipeweave_dagster.core.explain.reasons import with_reasons

            scores, self._reasons_note = with_reasons(self._bundle, table)
        else:
            scores = score(self._bundle, table)
        if self._policy is not None:
            scores = self._with_flags(scores, table, unseen, self._policy)
        self.rows += len(table)
        if self._bundle["classes"]:
            for label, count in scores[PREDICTION].value_counts().items():
                self.counts[str(label)] = self.counts.get(str(label), 0) + int(count)
        return scores

    def _refuse_unseen(self, unseen: dict[str, Unseen], policy: BatchPolicy) -> None:
        for name, found in unseen.items():
            if policy.unseen.get(name) == "error":
                row = self.rows + int(found.rows.argmax())
                raise validation_error(
                    f"{self._note(name, found, '')} The first is in row {row} (counted from 0).",
                    fix=f"Correct the values, or set `columns: {{{name}: {{unseen: unknown}}}}`.",
                    column=name,
                    values=[] if name in self._hidden else list(found.texts)[:10],
                    row=row,
                )

    def _with_flags(
        self,
        scores: pd.DataFrame,
        table: pd.DataFrame,
        unseen: dict[str, Unseen],
        policy: BatchPolicy,
    ) -> pd.DataFrame:
        added: dict[str, Any] = {}
        if self._intervals is not None:
            added |= self._intervals.columns(scores)
        added[UNSEEN] = _names_by_row({n: u.rows for n, u in unseen.items()}, len(table))
        reasons = {f"unseen {n}": u.rows for n, u in unseen.items() if _abstains(n, policy)}
        if self._region is not None:
            outside = self._region.outside(table)
            self.outside += int(outside.sum())
            added[OUTSIDE] = outside
            if policy.outside == "abstain":
                reasons["outside training"] = outside
        if policy.abstains:
            added[ABSTAINED] = _names_by_row(reasons, len(table))
            without = np.array([text is not None for text in added[ABSTAINED]], dtype=bool)
            self.abstained += int(without.sum())
            kept = {UNSEEN, OUTSIDE, ABSTAINED}
            added = {n: v if n in kept else pd.Series(v).mask(without) for n, v in added.items()}
            scores = scores.apply(lambda column: column.mask(without))
        return scores.assign(**added)

    @property
    def knows_region(self) -> bool:
        """Whether rows unlike the training rows are flagged."""
        return self._region is not None

    @property
    def blank(self) -> list[str]:
        """Columns without any value in all blocks so far."""
        return [name for name, filled in self._filled.items() if not filled and self.rows]

    def notes(self) -> list[str]:
        """Return what the user should know of the rows so far."""
        notes = [blank_note(name) for name in self.blank]
        notes += [self._unseen_note(name, found) for name, found in self.unseen.items()]
        notes += [self._reasons_note] if self._reasons_note else []
        if self._intervals is not None:
            notes.append(self._intervals.note)
        if self.outside:
            notes.append(outside_note(self.outside, self.rows))
        if self.abstained:
            notes.append(
                f"{counted(self.abstained, 'row')} got no prediction (column `{ABSTAINED}`)."
            )
        return notes

    def _unseen_note(self, name: str, found: Unseen) -> str:
        if self._policy is not None and _abstains(name, self._policy):
            return self._note(name, found, "; their rows got no prediction")
        return self._note(name, found)

    def _note(self, name: str, found: Unseen, outcome: str = ", treated as unknown") -> str:
        """Return the note on unseen categories; those of personal data are not listed."""
        return unseen_note(name, found, outcome, hidden=name in self._hidden)


def _abstains(name: str, policy: BatchPolicy) -> bool:
    return policy.unseen.get(name) == "abstain"


def _names_by_row(flags: dict[str, Any], rows: int) -> np.ndarray:
    """Return the names of the flags that are set in each row, None where none is."""
    texts = np.full(rows, None, dtype=object)
    for name, mask in flags.items():
        for row in np.flatnonzero(mask):
            texts[row] = name if texts[row] is None else f"{texts[row]}, {name}"
    return texts

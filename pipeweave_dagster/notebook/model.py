"""A trained and evaluated model in a notebook: predictions, leaderboard, card, files."""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeweave_dagster.core.documents import Evaluation, TrainedModel, Trial
from pipeweave_dagster.core.errors import PipeWeaveError, not_found, validation_error
from pipeweave_dagster.core.hidden_values import notes_without_values
from pipeweave_dagster.core.ingest import ColumnMatcher, read_aligned
from pipeweave_dagster.notebook.scratch_folder import ScratchFolder
from pipeweave_dagster.notebook.sources import as_file
from pipeweave_dagster.notebook.views import Card, Scores, Table

if TYPE_CHECKING:
    import pandas as pd

    from pipeweave_dagster.notebook.sources import Source

MODEL, TRAINED, EVALUATION, CARD = "model.skops", "model.json", "evaluation.json", "card.md"


class Model:
    """A trained model with its evaluation; made by `Dataset.train` or `load`.

    Attributes:
        trained: The document of the model.
        evaluation: The document of its evaluation on rows that no fit used; None for the model of
            an estimator, whose caller does that.
        source: The file that it was trained on, which `save` does not write over; None for a data
            frame, and after `load`.
    """

    def __init__(
        self,
        trained: TrainedModel,
        evaluation: Evaluation | None,
        folder: ScratchFolder,
    ) -> None:
        self.trained = trained
        self.evaluation = evaluation
        self.source: Path | None = None
        self._folder = folder

    @property
    def target(self) -> str:
        """The column that is predicted."""
        return self.trained.target

    @property
    def classes(self) -> list[str]:
        """The classes, in the order of `predict_proba`; empty for numbers."""
        return self.trained.classes

    @property
    def scores(self) -> Scores:
        """Metrics on the test rows, with 95 % intervals, by name; shown as a table."""
        return Scores(self.evaluation.metrics if self.evaluation else {})

    @property
    def leaderboard(self) -> Table[Trial]:
        """The candidates of the search, the best first, scored by cross-validation.

        The state is `done` (scored on all folds of the comparison), `cut` (time for some of the
        folds only, so the score is to be compared with those on as many), `out of time` or
        `failed`.
        """
        shown = ("name", "family", "score", "score_std", "fit_seconds", "state", "note")
        return Table(self.trained.leaderboard, shown)

    @property
    def card(self) -> Card:
        """The model card.

        Raises:
            PipeWeaveError: NOT_FOUND for the model of an estimator, which is not evaluated.
        """
        if self.evaluation is None:
            raise not_found("This model was not evaluated.", fix="Use `Dataset.train`.")
        return Card((self._path / CARD).read_text(encoding="utf-8"), self.source)

    @property
    def _path(self) -> Path:
        return self._folder.path

    def predict(
        self,
        rows: "Source",
        *,
        reasons: bool = False,
        on_missing: Literal["refuse", "score"] = "refuse",
    ) -> "pd.DataFrame":
        """Predict rows, in their order.

        Values are read with the types and formats of the training table, as `pipeweave predict`
        reads a file. Columns may be reordered, and further ones are ignored.

        Args:
            rows: Path of a file, or a data frame.
            reasons: Add the features that contribute most to each prediction.
            on_missing: Whether rows that lack a column of the model are refused, or scored with it
                as missing.

        Returns:
            A data frame with `prediction` and, for classes, `probability_<class>`; what was
            missing or ignored is in `.attrs["notes"]`.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if the rows lack a column of the model, or all of them.
        """
        import pandas as pd

        from pipeweave_dagster.core.prediction import predict

        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "read").mkdir()
            raw, path = as_file(rows, folder)
            snapshot = read_aligned(
                path,
                raw.name,
                self.trained.columns,
                folder / "read",
                matcher=ColumnMatcher(tuple(self.trained.table), self.trained.target),
                reads=self.trained.batch_reads,
            )
            data = folder / "read" / snapshot.data.name
            if on_missing == "refuse":
                self._require_columns([column.name for column in snapshot.columns])
            scored = predict(self._path / MODEL, self.trained, data, folder, explain=reasons)
            frame = pd.read_parquet(folder / scored.predictions.name).drop(columns="row_id")
        reading = notes_without_values(snapshot.notes, self.trained.hidden)
        frame.attrs["notes"] = [*reading, *scored.notes]
        return frame

    def _require_columns(self, present: list[str]) -> None:
        from pipeweave_dagster.core.prediction.input_check import check_columns

        try:
            check_columns(self.trained, present, [], refuse=True)
        except PipeWeaveError as error:
            fix = "Add or rename the columns, or pass on_missing='score' to count them as missing."
            raise PipeWeaveError(error.code, error.message, fix=fix, **error.details) from None

    def predict_proba(
        self, rows: "Source", *, on_missing: Literal["refuse", "score"] = "refuse"
    ) -> "pd.DataFrame":
        """Return the probability of each class, a column per class.

        Args:
            rows: As for `predict`.
            on_missing: As for `predict`.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if the target is a number, or as of `predict`.
        """
        if not self.classes:
            raise validation_error(
                f"{self.target!r} is a number; it has no probabilities.", fix="Use `predict`."
            )
        frame = self.predict(rows, on_missing=on_missing)
        names = {f"probability_{label}": label for label in self.classes}
        return frame[list(names)].rename(columns=names)

    def save(self, folder: str | Path) -> Path:
        """Write the model into a folder that `load` reads; an earlier model there is replaced.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if the folder has other files, or is none.
        """
        target = Path(folder)
        if target.exists() and not target.is_dir():
            raise validation_error(f"{target} is not a folder.", fix="Choose an empty folder.")
        ours = {MODEL, TRAINED, EVALUATION, CARD}
        if target.exists() and {entry.name for entry in target.iterdir()} - ours:
            raise validation_error(f"{target} has other files.", fix="Choose an empty folder.")
        target.mkdir(parents=True, exist_ok=True)
        for name in sorted(ours & {entry.name for entry in self._path.iterdir()}):
            shutil.copyfile(self._path / name, target / name)
        return target

    def __repr__(self) -> str:
        metric = self.trained.metric
        score = self.scores.get(metric)
        shown = f", {metric} {score.value:.4g} on test rows" if score else ""
        return f"Model of {self.target!r}: {self.trained.winner}{shown}"


def load(folder: str | Path) -> Model:
    """Load a model that `Model.save` wrote. Model files hold no code, so loading runs none.

    Raises:
        PipeWeaveError: NOT_FOUND if the folder has no such model.
    """
    source = Path(folder)
    if not (source / MODEL).is_file() or not (source / TRAINED).is_file():
        raise not_found(f"There is no saved model in {str(folder)!r}.", fix="Use `model.save`.")
    copy = ScratchFolder()
    for name in (MODEL, TRAINED, EVALUATION, CARD):
        if (source / name).is_file():
            shutil.copyfile(source / name, copy.path / name)
    trained = TrainedModel.model_validate_json((source / TRAINED).read_bytes())
    kept = source / EVALUATION
    evaluation = Evaluation.model_validate_json(kept.read_bytes()) if kept.is_file() else None
    return Model(trained, evaluation, copy)

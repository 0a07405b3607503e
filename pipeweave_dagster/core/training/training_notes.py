"""Notes for the reader of a model: what was skipped, shrunk toward the baseline, refitted."""

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.metrics.signal import Verdict
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.pipelines.relative_features import USE
from pipeweave_dagster.core.training.ensemble.build import Ensemble
from pipeweave_dagster.core.training.search.search import Search
from pipeweave_dagster.core.trial_states import extension_text

_CROSSES_SHOWN = 5
_SHRUNK = (
    "No signal was found, so the model's predictions are shrunk halfway toward the constant "
    "baseline."
)
_SIGNAL_ON_TEST_ROWS = (
    "On the validation rows the model did not differ from the constant baseline, so its "
    "predictions are shrunk halfway toward the baseline; the test rows show that there is a signal."
)
_NOT_CONFIRMED = (
    "On the validation rows, by which it was chosen, the model beat the constant baseline; with "
    "the test rows, and corrected for the choice among candidates, it does not."
)


def missing_family_notes(missing: list[str]) -> list[str]:
    """Return a note per family that the pipeline names but that is not installed."""
    return [
        f"`{name}` is not installed, so it was not tried (pip install 'pipeweave[{name}]')."
        for name in missing
    ]


def search_notes(search: Search) -> list[str]:
    """Return what there was no time for, and what was tried beyond the fixed list."""
    notes = []
    if search.comparison_folds < search.folds:
        notes.append(
            f"Candidates were compared on {search.comparison_folds} of {search.folds} folds, which "
            "have enough rows to rank them; the time saved was used for more candidates."
        )
    if search.skipped:
        skipped = ", ".join(search.skipped)
        notes.append(f"There was no time to try {skipped}; a larger budget may be enough.")
    notes += [
        f"`{r.candidate.name}` was not tried: {r.note}." for r in search.results if r.beyond_limits
    ]
    if search.n_proposals:
        note = f"{counted(search.n_proposals, 'variation')} of the best candidates "
        note += "was tried, too" if search.n_proposals == 1 else "were tried, too"
        if search.exhausted:
            note += (
                f"; the last {search.proposals_without_gain} were no better, so the search ended "
                "before its time was up"
            )
        notes.append(f"{note}.")
    return notes + _feature_notes(search.crosses)


def _feature_notes(made: list[FrameEntry]) -> list[str]:
    """Return which features some candidates saw beside the columns."""
    notes = []
    if names := [entry["name"] for entry in made if entry["use"] != USE]:
        notes.append(
            f"Candidates named `crossed` also used {len(names)} feature crosses ({_shown(names)})."
        )
    if names := [entry["name"] for entry in made if entry["use"] == USE]:
        notes.append(
            f"Candidates named `grouped` also used features that compare a row with the training "
            f"rows of its group ({_shown(names)}). A row of a new group is compared with no other, "
            "even if the file to predict has several rows of that group."
        )
    return notes


def _shown(names: list[str]) -> str:
    return ", ".join(names[:_CROSSES_SHOWN]) + (", …" if len(names) > _CROSSES_SHOWN else "")


def extension_notes(budget_s: float, extended_s: float, share: float | None) -> list[str]:
    """Return how far the budget was extended, and why; nothing if it was not."""
    return [extension_text(budget_s, extended_s, share)] if extended_s > budget_s else []


def verdict_notes(ensemble: Ensemble, final: Verdict, search: Search) -> list[str]:
    """Return what follows from the verdict, what it rests on, or why the test rows changed it."""
    if ensemble.oof_verdict != "no signal":
        return [] if final == "model" else [_NOT_CONFIRMED]
    notes = [_SIGNAL_ON_TEST_ROWS if final == "model" else _SHRUNK]
    if ensemble.validation_rows < search.comparison_rows:
        notes.append(
            f"There was time for only {ensemble.validation_rows:,} of {search.comparison_rows:,} "
            "validation rows: with a larger budget the model is judged by more of them."
        )
    return notes


def model_note(ensemble: Ensemble, *, refitted: bool) -> str:
    """Return what the final model consists of, and which rows it learned from."""
    what = " + ".join(f"{weight:.2f} {r.candidate.name}" for r, weight in ensemble.weighted)
    if refitted:
        return (
            f"Model: {what}. After the test rows were scored, it was fitted again on all rows, "
            "including the test rows; the scores are those of the model before that."
        )
    if member := ensemble.out_of_core_member:
        name, note = member.candidate.name, member.note
        return f"Model: {what}; `{name}` {note}, all except the test rows."
    if ensemble.one_model:
        return (
            f"Model: {what}; the model of the first fold, which learned only from the training "
            "rows of that fold (no time to fit on all rows)."
        )
    return f"Model: {what}; the mean of the models of the folds (no time to fit on all rows)."

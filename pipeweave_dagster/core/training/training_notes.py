"""What a reader of a model should know of its search: what was skipped, held back, refitted."""

from pipeweave_dagster.core.metrics.signal import Verdict
from pipeweave_dagster.core.training.ensemble.build import Ensemble
from pipeweave_dagster.core.training.search.search import Search

_FEATURES_SHOWN = 5
_HELD_BACK = "No signal was found, so its answers are held half-way to those of the constant model."
_FOUND_LATER = (
    "The rows that the folds held out could not tell it from the constant model, so its answers "
    "are held half-way to those of the constant model; the test rows show that it has a signal."
)
_NOT_CONFIRMED = (
    "On rows that chose it, it looked better than the constant model; with the test rows, and "
    "less what choosing alone brings, it does not."
)


def of_installation(missing: list[str]) -> list[str]:
    """Families that the pipeline names and this installation has not."""
    return [
        f"`{name}` is not installed here, so it was not tried (pip install 'pipeweave[{name}]')."
        for name in missing
    ]


def of_search(search: Search) -> list[str]:
    """What there was no time for, and what was tried beyond the fixed list."""
    notes = []
    if search.comparison_folds < search.folds:
        notes.append(
            f"Candidates were compared on {search.comparison_folds} of {search.folds} folds, whose "
            "rows are enough to tell them apart; the time went to more candidates."
        )
    if search.skipped:
        skipped = ", ".join(search.skipped)
        notes.append(f"No time was left to try {skipped}: a larger budget would.")
    if search.n_proposals:
        told = f"{search.n_proposals} further candidates were tried near the best ones"
        if search.exhausted:
            told += (
                f"; the last {search.proposals_without_gain} were no better, so the search ended "
                "before its time"
            )
        notes.append(f"{told}.")
    if search.crosses:
        names = [entry["name"] for entry in search.crosses]
        shown = ", ".join(names[:_FEATURES_SHOWN]) + (", …" if len(names) > _FEATURES_SHOWN else "")
        notes.append(
            f"Candidates named `crossed` also saw {len(names)} features made from others ({shown})."
        )
    return notes


def of_verdict(ensemble: Ensemble, judged: Verdict, search: Search) -> list[str]:
    """What follows from it, what it rests on, or why the test rows changed it."""
    if ensemble.found != "no signal":
        return [] if judged == "model" else [_NOT_CONFIRMED]
    told = [_FOUND_LATER if judged == "model" else _HELD_BACK]
    if ensemble.held_out < search.comparison_rows:
        told.append(
            f"There was time to hold out {ensemble.held_out:,} of {search.comparison_rows:,} rows "
            "only: with a larger budget it is judged by more."
        )
    return told


def of_model(ensemble: Ensemble, *, refitted: bool) -> str:
    """What the final model consists of, and from which rows it learned."""
    what = " + ".join(f"{weight:.2f} {r.candidate.name}" for r, weight in ensemble.weighted)
    if refitted:
        return (
            f"Model: {what}. After the test rows were scored it was fitted once more on all rows, "
            "test rows included; the scores are those of the models before."
        )
    if whole := ensemble.on_disk:
        return f"Model: {what}; `{whole.candidate.name}` {whole.note}, all but the test rows."
    return f"Model: {what}; the mean of the models of the folds (no time to fit on all rows)."

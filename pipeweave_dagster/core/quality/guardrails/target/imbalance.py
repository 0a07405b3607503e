"""PW105: imbalanced classes."""

from collections.abc import Iterator

from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.hidden_values import HIDDEN
from pipeweave_dagster.core.quality.case import MIN_ROWS_SHOWN, Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

METRIC = "log_loss"
MIN_MINORITY_SHARE = 0.1
MIN_CLASS_ROWS = 25
"""A fifth of them are test rows: with fewer than five, the scores of a class say little."""
_MOST_NAMED = 5


def check(case: Case) -> Iterator[Hit]:
    """Select by log loss if one class is rare, so that ignoring it never looks good.

    The area under the ROC curve is no substitute where most rows belong to one class; multiclass
    models are selected by log loss anyway.
    """
    target = case.target
    if target.task == "regression":
        raise NotApplicableError("the target is numeric")
    smallest, largest = int(target.counts.min()), int(target.counts.max())
    share = smallest / int(target.counts.sum())
    if target.task == "binary" and share < MIN_MINORITY_SHARE:
        majority = largest / int(target.counts.sum())
        yield Hit(
            "fixed",
            f"The minority class has {counted(smallest, 'row')} ({share:.2%}); always predicting "
            f"the other class would be {majority:.1%} accurate. Models are selected by log loss "
            "instead.",
            [target.name],
            {"rows": smallest, "share": round(share, 6)},
            "No action needed; metric: in pipeweave.yaml sets another metric.",
            {"metric": METRIC},
        )
    few = int((target.counts < MIN_CLASS_ROWS).sum())
    if target.task == "multiclass" and few:
        yield Hit(
            "alerted",
            f"{few} of {target.classes} classes {'has' if few == 1 else 'have'} fewer than "
            f"{MIN_CLASS_ROWS} rows ({_named(target)}), of which about a fifth are test "
            "rows: too few for scores that say much of such a class.",
            [target.name],
            {"classes": few, "fewer_than": MIN_CLASS_ROWS, "smallest": smallest},
            "Merge the rare classes, or upload more rows of them.",
            {"metric": "log_loss"},
        )


def _named(target: Target) -> str:
    """Return the smallest classes with their rows; sensitive and rare labels are hidden."""
    classes = zip(target.counts.tolist(), target.labels, strict=True)
    small = sorted(pair for pair in classes if pair[0] < MIN_CLASS_ROWS)
    hidden = target.column.info.pii
    shown = [
        f"{HIDDEN if hidden or rows < MIN_ROWS_SHOWN else repr(label[:40])}: {rows:,}"
        for rows, label in small[:_MOST_NAMED]
    ]
    return ", ".join([*shown, "…"] if len(small) > _MOST_NAMED else shown)


GUARDRAIL = Guardrail("PW105", "Classes are balanced", "target", check)

"""PW105: imbalanced classes."""

from collections.abc import Iterator

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

METRIC = "log_loss"
MIN_MINORITY_SHARE = 0.1
MIN_CLASS_ROWS = 10


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
            f"{MIN_CLASS_ROWS} rows; scores of such classes will be uncertain.",
            [target.name],
            {"classes": few, "fewer_than": MIN_CLASS_ROWS, "smallest": smallest},
            "Merge the rare classes, or upload more rows of them.",
            {"metric": "log_loss"},
        )


GUARDRAIL = Guardrail("PW105", "Classes are balanced", "target", check)

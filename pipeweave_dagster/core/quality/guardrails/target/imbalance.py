"""PW105: one class is much rarer than the others."""

from collections.abc import Iterator

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

METRIC = "log_loss"
RARE_SHARE = 0.1
FEW_ROWS = 10


def check(case: Case) -> Iterator[Hit]:
    """See to it that a model which never names the rare class does not look good.

    Of two classes with a rare one, the model is chosen by log loss, which the area under the curve
    does not replace where most rows are of one class; many classes are judged by it anyway.
    """
    target = case.target
    if target.task == "regression":
        raise NotApplicableError("the target is a number")
    smallest, largest = int(target.counts.min()), int(target.counts.max())
    share = smallest / int(target.counts.sum())
    if target.task == "binary" and share < RARE_SHARE:
        majority = largest / int(target.counts.sum())
        yield Hit(
            "fixed",
            f"The rarer class has {smallest:,} rows ({share:.2%}); always naming the other one "
            f"would be right in {majority:.1%}. The model is chosen by log loss, not by accuracy.",
            [target.name],
            {"rows": smallest, "share": round(share, 6)},
            "Nothing needs to be done; `metric:` in pipeweave.yaml names another one.",
            {"metric": METRIC},
        )
    few = int((target.counts < FEW_ROWS).sum())
    if target.task == "multiclass" and few:
        yield Hit(
            "alerted",
            f"{few} of {target.classes} classes have fewer than {FEW_ROWS} rows; their scores "
            "will be uncertain.",
            [target.name],
            {"classes": few, "fewer_than": FEW_ROWS, "smallest": smallest},
            "Join the rare classes to one, or upload more rows of them.",
            {"metric": "log_loss"},
        )


GUARDRAIL = Guardrail("PW105", "Classes are balanced", "target", check)

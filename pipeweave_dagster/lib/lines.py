"""Which assets belong together: HEAD moves when a run has made its part of one line."""

PROCESS = (
    "raw_upload",
    "dataset",
    "schema_deduction",
    "findings",
    "eda_report",
    "pipeline",
    "model",
    "model_evaluation",
    "expectations",
)
PREDICT = ("predictions", "drift")


def line_of(asset: str) -> frozenset[str]:
    """The line that an asset belongs to.

    "Materialize all" in the web UI selects both lines. A data set that has nothing to score then
    fails in the second, which must not keep the first from being published.
    """
    return frozenset(PREDICT if asset in PREDICT else PROCESS)

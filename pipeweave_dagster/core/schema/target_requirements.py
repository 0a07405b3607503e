"""What a target needs before a model can be trained and tested on held-out rows."""

from pipeweave_dagster.core.documents import Task
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

MIN_ROWS = 20
MIN_PER_CLASS = 5
"""Five folds of the training rows need about this many rows of the two largest classes."""


def why_not_trainable(profile: ColumnProfile, task: Task | None) -> str | None:
    """Return why no model can be trained for a target (PW103 reports the same), None if one can."""
    if profile.filled < MIN_ROWS:
        return f"only {profile.filled} rows have a value, and {MIN_ROWS} are needed"
    second = sorted(profile.top.values(), reverse=True)[1:2]
    if task != "regression" and second and second[0] < MIN_PER_CLASS:
        return f"only one class has {MIN_PER_CLASS} rows or more (the next has {second[0]})"
    return None

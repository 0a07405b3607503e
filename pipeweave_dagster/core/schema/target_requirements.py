"""What a column needs before a model of it can be trained and tested on rows that were held out."""

from pipeweave_dagster.core.documents import Task
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

MIN_ROWS = 20
MIN_PER_CLASS = 5
"""Five folds inside the training part need about this many rows of the two largest classes."""


def why_not_trainable(profile: ColumnProfile, task: Task | None) -> str | None:
    """Why no model of a column can be trained yet (PW103 will say so again), or nothing."""
    if profile.filled < MIN_ROWS:
        return f"only {profile.filled} rows have a value, and {MIN_ROWS} are needed"
    second = sorted(profile.top.values(), reverse=True)[1:2]
    if task != "regression" and second and second[0] < MIN_PER_CLASS:
        return f"only one class has {MIN_PER_CLASS} rows or more (the next has {second[0]})"
    return None

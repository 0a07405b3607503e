"""Which problems are new: one that goes on is reported once, however often it is observed."""

from collections.abc import Mapping, Sequence

from pipeweave_dagster.core.alerts.problem import Observation
from pipeweave_dagster.core.documents import Part


class OpenProblem(Part):
    """A problem that was reported and is not known to be over; `since` in seconds since 1970."""

    since: float
    codes: list[str] = []
    columns: list[str] = []
    times: int = 1

    def covers(self, seen: Observation) -> bool:
        """Return whether it is the same problem, with no further code or column.

        Columns of problems that earlier releases have reported are not known.
        """
        more = bool(self.columns) and not {*seen.columns} <= {*self.columns}
        return {*seen.codes} <= {*self.codes} and not more


def news(
    known: Mapping[str, OpenProblem], observations: Sequence[Observation]
) -> tuple[dict[str, OpenProblem], list[Observation]]:
    """Return the problems that are open now, and those that must be reported.

    A problem is new if its subject had none, or one of other codes or columns. It is over when its
    subject is observed without one; the next one is then new again.

    Args:
        known: The open problems by key.
        observations: What was observed since, the oldest first.

    Example:
        >>> bad = Observation(kind="run", subject="predict_batch", at=0)
        >>> [len(news({}, [bad] * n)[1]) for n in (0, 1, 10)]
        [0, 1, 1]
    """
    problems, new = dict(known), []
    for seen in observations:
        before = problems.get(seen.key)
        if seen.ok:
            problems.pop(seen.key, None)
        elif before is not None and before.covers(seen):
            known_columns = before.columns or seen.columns
            update = {"times": before.times + 1, "columns": known_columns}
            problems[seen.key] = before.model_copy(update=update)
        else:
            codes = sorted({*seen.codes, *(before.codes if before else [])})
            columns = sorted({*seen.columns, *(before.columns if before else [])})
            since = before.since if before else seen.at
            times = before.times + 1 if before else 1
            problems[seen.key] = OpenProblem(since=since, codes=codes, columns=columns, times=times)
            new.append(seen)
    return problems, new

"""The words of a message; what comes from data is shown as plain text and cut."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from pipeweave_dagster.core.alerts.problem import Observation
from pipeweave_dagster.core.safe_text import plain

_TITLE = 120
_TEXT = 700
_MOST_PROBLEMS = 40
_WHAT = {
    "check": "check failed",
    "run": "run failed",
    "tick": "does not work",
    "stale": "data is late",
    "rollback": "rolled back",
}


class Links(NamedTuple):
    """Where the pages are: those of data sets, and Dagster's of runs."""

    web: str
    dagster: str


def compose(problems: Sequence[Observation], links: Links) -> tuple[str, str]:
    """Return title and body of a message about one or more problems.

    Example:
        >>> found = Observation(kind="run", subject="predict_batch", at=0, dataset="churn")
        >>> compose([found], Links("http://w", "http://d"))[0]
        'PipeWeave: churn: run failed'
    """
    names = list(dict.fromkeys(p.dataset or p.subject for p in problems))
    title = f"PipeWeave: {plain(names[0], 60)}: {_summary(problems)}"
    if len(names) > 1:
        title = f"PipeWeave: {len(problems)} problems of {plain(', '.join(names), 80)}"
    blocks = [_block(name, problems, links) for name in names]
    return plain(title, _TITLE), "\n\n".join(blocks)


def _summary(problems: Sequence[Observation]) -> str:
    """Return what is wrong with one data set: that its run failed, else all problems by name."""
    failed = next((p for p in problems if p.kind == "run"), None)
    if failed is not None or len(problems) == 1:
        return _headline(failed or problems[0])
    words = [p.subject.rpartition(":")[2] if p.kind == "check" else p.kind for p in problems]
    return f"{len(problems)} problems ({', '.join(words)})"


def _headline(problem: Observation, *, with_codes: bool = True) -> str:
    if problem.kind == "run" and problem.codes:
        return f"refused ({', '.join(problem.codes)})" if with_codes else "refused"
    if problem.kind == "check":
        return f"{problem.subject.rpartition(':')[2]} {_WHAT['check']}"
    return _WHAT[problem.kind]


def _block(name: str, problems: Sequence[Observation], links: Links) -> str:
    own = [p for p in problems if (p.dataset or p.subject) == name]
    lines = [plain(name, 80)]
    for problem in own[:_MOST_PROBLEMS]:
        text = plain(" ".join(problem.text.split()), _TEXT)
        level = "ERROR" if problem.severity == "error" else "WARNING"
        are_named = all(code in text for code in problem.codes)
        what = _headline(problem, with_codes=not are_named)
        lines.append(f"- {level} {what}" + (f": {text}" if text else ""))
    if len(own) > _MOST_PROBLEMS:
        lines.append(f"- and {len(own) - _MOST_PROBLEMS} more")
    lines += [f"{links.dagster}/runs/{r}" for r in dict.fromkeys(p.run_id for p in own) if r]
    if own[0].dataset:
        lines.append(f"{links.web}/datasets/{quote(own[0].dataset, safe='')}")
    return "\n".join(lines)

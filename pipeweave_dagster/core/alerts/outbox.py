"""What waits to be sent, and what was sent: the state that survives a restart."""

import hashlib
from collections.abc import Mapping, Sequence

from pipeweave_dagster.core.alerts.open_problems import OpenProblem
from pipeweave_dagster.core.alerts.problem import Observation, Severity
from pipeweave_dagster.core.cron import next_fire
from pipeweave_dagster.core.documents import Part

_KEPT = 200


class Letter(Part):
    """Problems to report to one recipient in one message.

    `tries` counts failed attempts; `not_before` is when the next one is made. Times are in seconds
    since 1970.
    """

    number: str
    to: str
    problems: list[Observation]
    made_at: float
    tries: int = 0
    not_before: float = 0.0

    @property
    def level(self) -> Severity:
        """The most serious of its problems."""
        return "error" if any(p.severity == "error" for p in self.problems) else "warning"


class Sent(Part):
    """A message that was delivered, or given up with a reason."""

    number: str
    to: str
    at: float
    title: str
    failed: str = ""


class AlertState(Part):
    """All that alerts remember; `alerts/STATE.json`.

    `instance` names the Dagster database that `cursors` belong to, `until` is the time of the last
    event that was read, `looked_at` that of the last look at all data sets. `digest` holds warnings
    that wait since `digest_since` for a digest.
    """

    instance: str = ""
    cursors: dict[str, str] = {}
    until: float = 0.0
    looked_at: float = 0.0
    open: dict[str, OpenProblem] = {}
    queue: list[Letter] = []
    digest: list[Observation] = []
    digest_since: float = 0.0
    sent: list[Sent] = []


def enqueue(
    state: AlertState,
    new: Sequence[Observation],
    recipients: Mapping[str, Sequence[str]],
    now: float,
    digest: str | None = None,
) -> AlertState:
    """Put new problems into the queue: one message per recipient, with all of this tick.

    Args:
        state: The state before.
        new: The problems to report.
        recipients: Who hears of each data set; "" is what concerns all.
        now: Current time, in seconds since 1970.
        digest: Schedule (cron) of digests: warnings wait for it. Without one nothing waits.
    """
    later = [p for p in new if digest and p.severity == "warning"]
    urgent = [p for p in new if p not in later]
    waiting = [*state.digest, *later]
    since = state.digest_since if state.digest else now * bool(later)
    if waiting and (digest is None or next_fire(digest, since) <= now):
        urgent, waiting, since = [*waiting, *urgent], [], 0.0
    letters = _letters(urgent, recipients, now)
    changes = {
        "queue": [*state.queue, *letters],
        "digest": waiting,
        "digest_since": since,
        "sent": state.sent[-_KEPT:],
    }
    return state.model_copy(update=changes)


def _letters(
    problems: Sequence[Observation], recipients: Mapping[str, Sequence[str]], now: float
) -> list[Letter]:
    by_recipient: dict[str, list[Observation]] = {}
    for problem in problems:
        for name in dict.fromkeys(recipients.get(problem.dataset, [])):
            by_recipient.setdefault(name, []).append(problem)
    return [
        Letter(number=_number(to, found, now), to=to, problems=found, made_at=now)
        for to, found in by_recipient.items()
    ]


def _number(to: str, problems: Sequence[Observation], now: float) -> str:
    facts = "\n".join([to, f"{now:.3f}", *(f"{p.key} {p.run_id} {p.at:.3f}" for p in problems)])
    return hashlib.sha256(facts.encode()).hexdigest()[:16]

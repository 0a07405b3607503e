"""Run one data set for months on a real `pipeweave dev`: drift, retraining, gate, rollback, alerts.

A table with a time is split into months. Each month its rows arrive without labels in `predict/`,
the labels of the month before in `labels/`, and an upload with all labelled rows so far, which is
retrained on. In one month the upload has a column in another unit (seconds for minutes): a broken
retraining, which passes the gate on its own test rows. Prints one row per month: which version was
promoted, the verdict of drift, which version scored the batch, the performance that labels show,
and which alerts arrived.

    python -m benchmarks.loop nycflights.csv [--months 12] [--broken 4] [--budget 10]

The tutorial `docs/tutorials/twelve-months.md` plays a small year of the same flights, as a test.
The file is `nycflights.csv` of openintro (flights from New York in 2013). The target is whether a
flight arrives more than 15 minutes late, asked at departure.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from pipeweave_dagster.core.documents import DriftReport, PredictionBatch
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.services.alias_history import moves_of
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster_tests.servers.landing import FINISHED, LandingZone
from pipeweave_dagster_tests.servers.mailbox import Mailbox, http_mailbox
from pipeweave_dagster_tests.servers.process import wait_until
from pipeweave_dagster_tests.servers.workbench import Dev, pipeweave_dev

NAME = "flights"
_FEATURES = ["carrier", "origin", "dest", "distance", "hour", "dep_delay"]
_LIMIT_S = 1800.0
_ALERTS_S = 75.0
_SETTINGS = "target: late\nid: flight\nretrain: {max_age_days: 30, on_drift: true}\n"


class Loop:
    """An installation, and what its user does each month."""

    def __init__(self, dev: Dev, box: Mailbox) -> None:
        self.dev, self.box, self.zone = dev, box, LandingZone(dev)
        self.store = self.zone.store

    def drop(self, key: str, table: pd.DataFrame) -> None:
        """Put a table into the landing zone, and wait until its run has ended."""
        before, text = len(self._runs(key)), table.to_csv(index=False)
        if not self.dev.runs(NAME):  # together with the data, or it would have a run of its own
            self.zone.put(f"uploads/{NAME}/pipeweave.yaml", _SETTINGS)
        self.zone.put(key, text)
        wait_until(lambda: self._ended(key) > before, _LIMIT_S, why=self.dev.tail, every=2)
        print(f"{key}: {self._runs(key)[0]['status']}", file=sys.stderr, flush=True)

    def _runs(self, key: str) -> list[dict[str, Any]]:
        return self.zone.runs_of(NAME, key)

    def _ended(self, key: str) -> int:
        return sum(run["status"] in FINISHED for run in self._runs(key))

    def champion(self) -> str:
        """The version that predicts now."""
        return aliases_of(self.store, NAME).get("champion", "-")

    def last_batch(self) -> tuple[str, str]:
        """The version that scored last, and the verdict of drift."""
        scored = self.store.latest(NAME, "predictions", PredictionBatch)
        drift = self.store.latest(NAME, "drift", DriftReport)
        return scored.model_version if scored else "-", drift.verdict if drift else "-"

    def measured(self) -> str:
        """The estimated and the measured performance of the last batch with labels."""
        known = [b for b in history_of(self.store, NAME).batches if b.metric in b.measured]
        if not known or known[-1].metric is None:
            return "-"
        metric, last = known[-1].metric, known[-1]
        guess = last.estimated_labelled.get(metric)
        text = f"{last.batch}: {metric} {number(last.measured[metric].value)}"
        return f"{text} (estimated {number(guess.value)})" if guess else text

    def alerts(self, since: int) -> str:
        """Titles of the alerts that arrived since, after the time that late ones may take."""
        time.sleep(_ALERTS_S)
        titles = [t.removeprefix(f"PipeWeave: {NAME}: ") for t in self.box.titles[since:]]
        return "; ".join(titles) or "-"


def main() -> None:
    """Play the months and print the table; exit code 1 if the broken model stays champion."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--broken", type=int, default=4, help="month with the broken upload")
    parser.add_argument("--budget", type=float, default=10.0, help="seconds per training")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, http_mailbox() as box:
        env = {
            "PIPEWEAVE_TIME_BUDGET_S": str(options.budget),
            "PIPEWEAVE_ALERTS_TO": "hook",
            "PIPEWEAVE_ALERT_HOOK": box.url,
        }
        with pipeweave_dev(env, Path(folder)) as dev:
            loop = Loop(dev, box)
            sound = play(loop, months_of(options.file), options.months, options.broken)
    sys.exit(not sound)


def months_of(file: Path) -> dict[int, pd.DataFrame]:
    """Return the rows of each month, with the id `flight` and the target `late`."""
    table = pd.read_csv(file)
    table["flight"] = table["rownames"]
    table["late"] = (table["arr_delay"] > 15).map({True: "yes", False: "no"})
    return {int(m): rows[["flight", *_FEATURES, "late"]] for m, rows in table.groupby("month")}


def play(loop: Loop, months: dict[int, pd.DataFrame], last: int, broken: int) -> bool:
    """Play the months; return whether the broken model, and no other, was rolled back."""
    columns = ["month", "seconds", "retraining", "drift", "scored by", "champion",
               "labels", "alerts"]  # fmt: skip
    print("| " + " | ".join(columns) + " |")
    print("| " + " | ".join("---" for _ in columns) + " |", flush=True)
    rolled_back = []
    for month in range(2, last + 1):
        began, seen = time.monotonic(), len(loop.box.received)
        table = pd.concat([months[earlier] for earlier in range(1, month)])
        unit = 60 if month == broken else 1
        before = loop.champion()
        loop.drop(f"uploads/{NAME}/flights.csv", table.assign(dep_delay=table["dep_delay"] * unit))
        promoted = loop.champion()
        gate = f"{promoted} is champion" if promoted != before else "challenger"
        if month > 2:
            late = months[month - 1][["flight", "late"]]
            loop.drop(f"labels/{NAME}/2013-{month - 1:02d}.csv", late)
        batch = months[month].drop(columns="late")
        loop.drop(f"predict/{NAME}/2013-{month:02d}.csv", batch)
        champion, (scored_by, verdict) = loop.champion(), loop.last_batch()
        if champion != promoted:
            rolled_back.append(month)
        row = [month, f"{time.monotonic() - began:.0f}", gate, verdict,
               scored_by, champion, loop.measured(), loop.alerts(seen)]  # fmt: skip
        print("| " + " | ".join(map(str, row)) + " |", flush=True)
    for move in moves_of(loop.store, NAME):
        if move.alias == "champion":
            reason = " ".join(move.cause.reason.split())[:160]
            print(f"{move.before or 'none'} to {move.after} ({move.cause.how}): {reason}")
    return rolled_back == [month for month in [broken] if month <= last]


if __name__ == "__main__":
    main()

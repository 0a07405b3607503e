"""What Dagster's event log says since the last look: ended runs with their checks, and ticks.

Dagster's own run-status sensors see neither failed checks nor ticks (Dagster issue 29896).
"""

import itertools
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import dagster as dg

from pipeweave_dagster.core.alerts import AlertState, Observation
from pipeweave_dagster.lib.asset_checks import columns_named, is_undecided
from pipeweave_dagster.lib.failure_reasons import error_of, timeout_of
from pipeweave_dagster.lib.partitions import BATCH_TAG, RESTART_TAG

_End = Literal[
    dg.DagsterEventType.RUN_SUCCESS,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELED,
]
_ENDS: tuple[_End, ...] = (
    dg.DagsterEventType.RUN_SUCCESS,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELED,
)
_AT_ONCE = 200
# Whoever ends a run writes its tags and events within seconds, in no fixed order.
_SETTLED_S = 20.0
# All sensors start together: a run may fail before the first look.
_FIRST_LOOK_S = 3600.0
_FAILURE = "FAILURE"


class Own(NamedTuple):
    """What alerts are about: these jobs, assets, and sensors and schedules, by name."""

    jobs: frozenset[str]
    assets: frozenset[dg.AssetKey]
    instigators: frozenset[str]


def ended_runs(
    instance: dg.DagsterInstance, state: AlertState, own: Own, now: float
) -> tuple[list[Observation], AlertState]:
    """Return what ended runs leave to report, the oldest first, and the state with new cursors.

    The first look reads the hour before it. In a new database of Dagster, everything after the
    last event of the former one is read.
    """
    since = state.until or now - _FIRST_LOOK_S
    cursors, until, found = dict(state.cursors), since, list[Observation]()
    for kind in _ENDS:
        wanted = dg.RunStatusChangeRecordsFilter(
            kind, after_timestamp=None if kind.value in state.cursors else since
        )
        records, cursor = _settled(instance, wanted, cursors.get(kind.value), now - _SETTLED_S)
        if cursor is not None:
            cursors[kind.value] = cursor
        for record in records:
            found += _of_run(instance, record, kind, own)
            until = max(until, record.timestamp)
    found.sort(key=lambda seen: seen.at)
    return found, state.model_copy(update={"cursors": cursors, "until": until})


def _settled(
    instance: dg.DagsterInstance,
    wanted: dg.RunStatusChangeRecordsFilter,
    cursor: str | None,
    before: float,
) -> tuple[list[dg.EventLogRecord], str | None]:
    """Return the next ends of runs before a time, and the cursor after them."""
    ended = instance.fetch_run_status_changes(wanted, _AT_ONCE, cursor, ascending=True)
    settled = list(itertools.takewhile(lambda r: r.timestamp <= before, ended.records))
    if not settled:
        return [], cursor
    if len(settled) < len(ended.records):
        ended = instance.fetch_run_status_changes(wanted, len(settled), cursor, ascending=True)
    return settled, ended.cursor


def _of_run(
    instance: dg.DagsterInstance, record: dg.EventLogRecord, kind: dg.DagsterEventType, own: Own
) -> list[Observation]:
    run = instance.get_run_by_id(record.run_id)
    if run is None:
        return []
    ended = list(_end(instance, run, kind, record.timestamp, own))
    known = {code for seen in ended for code in seen.codes}
    checks = _checks(instance, run, own)
    # The codes of a refusal are those of its checks: one line in the message, not two.
    return [c for c in checks if c.ok or not c.codes or not {*c.codes} <= known] + ended


def _end(
    instance: dg.DagsterInstance,
    run: dg.DagsterRun,
    kind: dg.DagsterEventType,
    at: float,
    own: Own,
) -> Iterator[Observation]:
    """Yield whether the run failed, unless it was canceled, or is started again by itself."""
    selected = run.asset_selection or frozenset()
    if run.job_name not in own.jobs and not (selected and selected <= own.assets):
        return
    dataset = run.tags.get("dagster/partition", "")
    seen = Observation(
        kind="run", subject=run.job_name, at=at, dataset=dataset, run_id=run.run_id, ok=True
    )
    if kind is dg.DagsterEventType.RUN_SUCCESS:
        yield seen
        return
    canceled = kind is dg.DagsterEventType.RUN_CANCELED
    if canceled and timeout_of(instance, run.run_id) is None:
        return
    if run.tags.get(RESTART_TAG, "no") != "no":
        return
    error = error_of(instance, run.run_id)
    codes = error.details.get("findings", []) if error else []
    text = error.text if error else "The run failed."
    # Each file that was not scored lacks predictions, so a second one is not the same problem.
    file = [run.tags[BATCH_TAG]] if BATCH_TAG in run.tags else []
    what = {"text": text, "codes": list(map(str, codes)), "columns": file}
    yield seen.model_copy(update={"ok": False, **what})


def _checks(instance: dg.DagsterInstance, run: dg.DagsterRun, own: Own) -> list[Observation]:
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    records = instance.get_records_for_run(run.run_id, of_type=kind).records
    found = (record.event_log_entry.asset_check_evaluation for record in records)
    dataset = run.tags.get("dagster/partition", "")
    return [
        _check(evaluation, dataset, run.run_id, record.timestamp)
        for record, evaluation in zip(records, found, strict=True)
        if evaluation is not None and evaluation.asset_key in own.assets
    ]


def _check(
    evaluation: dg.AssetCheckEvaluation, dataset: str, run_id: str, at: float
) -> Observation:
    codes = evaluation.metadata.get("codes")
    named = str(codes.value).split(",") if codes is not None else []
    return Observation(
        kind="check",
        subject=f"{evaluation.asset_key.path[-1]}:{evaluation.check_name}",
        at=at,
        dataset=evaluation.partition or dataset,
        # A check that found out nothing ends what it found before: it would hide the next find.
        ok=evaluation.passed or is_undecided(evaluation.metadata),
        severity="error" if evaluation.severity is dg.AssetCheckSeverity.ERROR else "warning",
        codes=[code.strip() for code in named if code.strip()],
        columns=columns_named(evaluation.metadata),
        text=evaluation.description or "",
        run_id=run_id,
    )


def ticks(instance: dg.DagsterInstance, own: Own) -> list[Observation]:
    """Return whether the last tick of each sensor and schedule failed."""
    found = []
    for known in instance.all_instigator_state():
        if known.name not in own.instigators:
            continue
        last = instance.get_ticks(known.instigator_origin_id, known.selector_id, limit=1)
        found += [_tick(known.name, tick) for tick in last if tick.status.value != "STARTED"]
    return found


def _tick(name: str, tick: Any) -> Observation:
    failed = tick.status.value == _FAILURE
    message = tick.error.message if failed and tick.error else ""
    return Observation(
        kind="tick",
        subject=name,
        at=tick.timestamp,
        ok=not failed,
        text=message.partition("Stack Trace")[0],
    )

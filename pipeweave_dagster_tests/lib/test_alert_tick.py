"""Alerts about real runs of Dagster, sent to a real mail server and a real web server."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    TickData,
    TickStatus,
)
from dagster_shared.error import SerializableErrorInfo

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.alerts import Observation
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.lib.alert_events import Own
from pipeweave_dagster.lib.alert_tick import alert_tick
from pipeweave_dagster.lib.asset_checks import columns_affected, undecided
from pipeweave_dagster.lib.failures import failure_of
from pipeweave_dagster.lib.partitions import BATCH_TAG
from pipeweave_dagster.services.alerting import load_state, report
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import register
from pipeweave_dagster_tests.servers.mailbox import Mailbox, http_mailbox, smtp_mailbox

pytestmark = pytest.mark.server

SETTLED_S = 60
WELL = {"leakage": True, "rows": True}
LEVELS = {"leakage": dg.AssetCheckSeverity.ERROR, "rows": dg.AssetCheckSeverity.WARN}
CODES = {"leakage": "PW204", "rows": "PW601"}
PARTS = dg.StaticPartitionsDefinition(["churn", "sales"])


class Result(dg.Config):
    """What the checks of the asset say, and whether it refuses the data set."""

    passed: dict[str, bool]
    refuses: bool = False


@dg.asset(
    partitions_def=PARTS,
    check_specs=[dg.AssetCheckSpec(name, asset="findings") for name in WELL],
)
def findings(config: Result) -> Iterator[Any]:
    """An asset with a check that fails with an error, and one that warns."""
    yield dg.MaterializeResult()
    for name, passed in config.passed.items():
        yield dg.AssetCheckResult(
            check_name=name,
            passed=passed,
            severity=LEVELS[name],
            description=f"{CODES[name]}: found",
            metadata={"codes": "" if passed else CODES[name]},
        )
    if config.refuses:
        error = validation_error("PW204: leaks.", fix="Drop it.", findings=["PW204"])
        raise failure_of(error)


JOB = dg.define_asset_job("process_dataset", [findings], executor_def=dg.in_process_executor)
DEFS = dg.Definitions(assets=[findings], jobs=[JOB])
OWN = Own(
    frozenset({"process_dataset"}), frozenset({dg.AssetKey("findings")}), frozenset({"uploads"})
)


@pytest.fixture(scope="module")
def mail() -> Iterator[Mailbox]:
    with smtp_mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def hook() -> Iterator[Mailbox]:
    with http_mailbox() as box:
        yield box


class Watch:
    """A storage and a database of Dagster's, and what one tick after another sends."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance) -> None:
        self.settings = Settings(home=folder, storage=str(folder / "storage"), alerts_to="ops")
        self.store = DocumentStore(open_storage(self.settings), folder / "cache")
        self.instance, self.database, self.later = instance, "one", 0.0
        self.columns: list[str] = []
        self.metadata: dict[str, Any] = {}
        self.tick(0)

    def run(
        self, dataset: str = "churn", *, refuses: bool = False, batch: str = "", **passed: bool
    ) -> None:
        DEFS.resolve_job_def("process_dataset").execute_in_process(
            instance=self.instance,
            partition_key=dataset,
            raise_on_error=False,
            tags={BATCH_TAG: batch} if batch else {},
            run_config={
                "ops": {"findings": {"config": {"passed": {**WELL, **passed}, "refuses": refuses}}}
            },
        )

    def record(self, dataset: str = "churn", **passed: bool) -> None:
        """What a run leaves in the event log, without the run."""
        job, log = DEFS.resolve_job_def("process_dataset"), self.instance
        config = {"ops": {"findings": {"config": {"passed": WELL}}}}
        tags = {"dagster/partition": dataset}
        run = log.create_run_for_job(job, run_config=config, tags=tags)
        for name, ok in {**WELL, **passed}.items():
            check = dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey("findings"),
                check_name=name,
                passed=ok,
                metadata={
                    "codes": dg.MetadataValue.text("" if ok else CODES[name]),
                    **columns_affected(self.columns),
                    **({} if ok else self.metadata),
                },
                severity=LEVELS[name],
                description=f"{CODES[name]}: found",
            )
            kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION.value
            log.report_dagster_event(
                dg.DagsterEvent(kind, job.name, event_specific_data=check), run.run_id
            )
        end = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, job.name)
        log.report_dagster_event(end, run.run_id)

    def tick(self, wait_s: float = SETTLED_S) -> str:
        self.later += wait_s
        now = time.time() + self.later
        return alert_tick(self.instance, self.store, self.settings, OWN, self.database, now)


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


@pytest.fixture
def watch(
    instance: dg.DagsterInstance,
    tmp_path: Path,
    mail: Mailbox,
    hook: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Watch:
    for box in (mail, hook):
        box.received.clear()
        box.refuses = False
    monkeypatch.setenv("PIPEWEAVE_ALERT_OPS", mail.url)
    monkeypatch.setenv("PIPEWEAVE_ALERT_HOOK", hook.url)
    instance.wipe()
    return Watch(tmp_path, instance)


def test_a_warning_and_an_error_are_one_message_each_and_repeats_are_none(
    watch: Watch, mail: Mailbox
) -> None:
    watch.run(rows=False)
    watch.tick()
    assert mail.titles == ["PipeWeave: churn: rows check failed"]
    assert "WARNING" in mail.received[0]["body"]
    watch.run(leakage=False)
    watch.tick()
    assert mail.titles[1:] == ["PipeWeave: churn: leakage check failed"]
    assert "ERROR leakage check failed: PW204: found" in mail.received[1]["body"]
    watch.record(leakage=False)
    watch.record(leakage=False)
    watch.tick()
    assert len(mail.received) == 2
    watch.record()
    watch.record(leakage=False)
    watch.tick()
    assert len(mail.received) == 3, "it was well in between"


def test_another_column_of_a_check_that_goes_on_failing_is_a_message(
    watch: Watch, mail: Mailbox
) -> None:
    """An upload with a column in another unit was silent while another column was out of range."""
    for watch.columns in (["carrier"], ["carrier"], ["carrier", "dep_delay"], ["dep_delay"]):
        watch.record(rows=False)
        watch.tick()
    assert len(mail.received) == 2


def test_a_check_that_found_out_nothing_is_no_message_and_hides_none(
    watch: Watch, mail: Mailbox
) -> None:
    """A leak canary on too few rows was reported like one that had tripped."""
    watch.metadata = undecided("30 rows are too few.")
    watch.record(leakage=False)
    watch.tick()
    assert mail.received == []
    for watch.metadata in ({}, undecided("30 rows are too few."), {}):
        watch.record(leakage=False)
        watch.tick()
    assert len(mail.received) == 2


def test_a_refused_data_set_is_one_message(watch: Watch, mail: Mailbox) -> None:
    watch.run(leakage=False, refuses=True)
    watch.tick()
    (message,) = mail.received
    assert message["title"] == "PipeWeave: churn: refused (PW204)"
    assert message["body"].count("PW204") == 1, "in one line, which the text is"
    watch.tick()
    assert len(mail.received) == 1


def test_each_batch_that_is_not_scored_is_a_message(watch: Watch, mail: Mailbox) -> None:
    """Of four files that were refused within a minute, three were not reported."""
    for batch in ("may.csv", "june.csv", "june.csv", "july.csv"):
        watch.run(refuses=True, batch=f"predict/churn/{batch}")
        watch.tick()
    assert len(mail.received) == 3


def test_problems_of_one_tick_are_one_message(watch: Watch, mail: Mailbox) -> None:
    watch.record(rows=False)
    watch.record("sales", leakage=False)
    watch.tick()
    assert mail.titles == ["PipeWeave: 2 problems of churn, sales"]


def test_a_data_set_has_its_own_recipients_and_mutes(
    watch: Watch, mail: Mailbox, hook: Mailbox
) -> None:
    own = b"alerts: {to: [hook, ops], mute: [PW601]}"
    watch.store.storage.put("uploads/churn/pipeweave.yaml", own)
    watch.record(rows=False)
    watch.record("sales", rows=False)
    watch.tick()
    assert mail.titles == ["PipeWeave: sales: rows check failed"]
    assert not hook.received
    watch.record(leakage=False)
    watch.tick()
    assert len(mail.received) == 2
    assert "PW204" in hook.received[0]["body"]
    assert hook.received[0]["type"] == "failure", "an error, not an information"


def test_a_restart_neither_repeats_nor_loses(watch: Watch, mail: Mailbox) -> None:
    watch.record(leakage=False)
    watch.tick()
    watch.database = "none: the cursor is lost"
    watch.tick()
    assert len(mail.received) == 1
    watch.record("sales", leakage=False)
    mail.refuses = True
    assert "0 messages sent, 1 waiting" in watch.tick()
    mail.refuses = False
    watch.database = "another"
    assert "1 message sent, 0 waiting" in watch.tick(120)
    assert [t.partition(": ")[2] for t in mail.titles] == [
        "churn: leakage check failed", "sales: leakage check failed"
    ]  # fmt: skip


def test_a_new_database_of_dagster_begins_where_the_old_one_ended(
    watch: Watch, mail: Mailbox
) -> None:
    watch.record(leakage=False)
    watch.tick()
    with dg.instance_for_test() as instance:
        watch.instance, watch.database = instance, "new"
        watch.later = 0.0
        watch.record("sales", rows=False)
        watch.tick()
    assert len(mail.received) == 2


def test_an_address_appears_nowhere(
    watch: Watch, hook: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    hook.refuses = True
    watch.settings = watch.settings.model_copy(update={"alerts_to": "hook,nobody"})
    caplog.set_level("DEBUG")
    watch.record(leakage=False)
    watch.tick()
    state, _ = load_state(watch.store)
    assert "An alert did not reach 'hook': The message was not delivered (HTTP status 503)" in (
        caplog.text
    )
    assert "The variable PIPEWEAVE_ALERT_NOBODY is not set" in caplog.text
    assert "secret-token" not in caplog.text + state.model_dump_json()


def test_a_rollback_is_reported_once(watch: Watch, mail: Mailbox) -> None:
    found = Observation(
        kind="rollback", subject="move 7", at=time.time(), dataset="churn", text="Back to 3."
    )
    report(watch.store, found)
    watch.tick()
    watch.tick()
    assert mail.titles == ["PipeWeave: churn: rolled back"]
    report(watch.store, found)
    watch.tick()
    assert len(mail.received) == 1, "the storage was read twice, as after a crash"


def test_history_from_before_the_first_look_is_left_alone(watch: Watch, mail: Mailbox) -> None:
    watch.record(leakage=False)
    watch.store.storage.delete("alerts/STATE.json")
    watch.tick(3700)
    watch.tick()
    assert not mail.received


def test_run_that_failed_before_the_first_look_is_reported_once(
    watch: Watch, mail: Mailbox
) -> None:
    watch.store.storage.delete("alerts/STATE.json")
    watch.run(refuses=True)
    watch.tick()
    watch.tick()
    assert mail.titles == ["PipeWeave: churn: refused (PW204)"]


def test_what_nobody_heard_is_news_for_a_later_recipient(watch: Watch, mail: Mailbox) -> None:
    watch.settings = watch.settings.model_copy(update={"alerts_to": ""})
    watch.record(leakage=False)
    watch.tick()
    watch.settings = watch.settings.model_copy(update={"alerts_to": "ops"})
    watch.record(leakage=False)
    watch.tick()
    assert len(mail.received) == 1


def test_late_data_is_reported_once_and_again_after_it_was_fresh(
    watch: Watch, mail: Mailbox
) -> None:
    register(watch.store, "1", 0.8)  # trained at 1970
    watch.settings = watch.settings.model_copy(update={"fresh_model_days": 30.0})
    watch.tick(601)
    watch.tick(601)
    (message,) = mail.received
    assert message["title"] == "PipeWeave: demo: data is late"
    assert "The last training is" in message["body"]
    head = watch.store.require_head("demo")
    made = {name: e.model_copy(update={"made_at": time.time()}) for name, e in head.entries.items()}
    fresh = head.model_copy(update={"entries": made})
    watch.store.records.write("datasets/demo/HEAD.json", fresh)
    watch.tick(601)
    watch.store.records.write("datasets/demo/HEAD.json", head)
    watch.tick(601)
    assert len(mail.received) == 2


def ticked(instance: dg.DagsterInstance, name: str, status: TickStatus, at: float) -> None:
    """What the daemon records of a tick."""
    place = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("pipeweave"), "repository")
    origin = RemoteInstigatorOrigin(place, name)
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING)
    if not instance.get_instigator_state(state.instigator_origin_id, state.selector_id):
        instance.add_instigator_state(state)
    failed = status is TickStatus.FAILURE
    error = SerializableErrorInfo("The storage is away.\nStack Trace:\n", [], "E")
    instance.create_tick(
        TickData(
            state.instigator_origin_id,
            name,
            InstigatorType.SENSOR,
            status,
            at,
            run_ids=[],
            run_keys=[],
            selector_id=state.selector_id,
            error=error if failed else None,
        )
    )


def test_a_sensor_that_fails_is_reported_until_it_works(watch: Watch, mail: Mailbox) -> None:
    ticked(watch.instance, "uploads", TickStatus.FAILURE, 1.0)
    ticked(watch.instance, "a sensor of someone else", TickStatus.FAILURE, 1.0)
    watch.tick()
    ticked(watch.instance, "uploads", TickStatus.FAILURE, 2.0)
    watch.tick()
    assert mail.titles == ["PipeWeave: uploads: does not work"]
    assert "ERROR does not work: The storage is away." in mail.received[0]["body"]
    ticked(watch.instance, "uploads", TickStatus.SKIPPED, 3.0)
    watch.tick()
    ticked(watch.instance, "uploads", TickStatus.FAILURE, 4.0)
    watch.tick()
    assert len(mail.received) == 2
    ticked(watch.instance, "uploads", TickStatus.SUCCESS, 5.0)

"""The gate before the alias `champion`: the same for runs and for the command line."""

from typing import NamedTuple

from pipeweave_dagster.core.documents import Evaluation, TrainedModel
from pipeweave_dagster.core.documents.settings import NO_REASON
from pipeweave_dagster.core.evaluation import Promotion
from pipeweave_dagster.core.prediction import prediction_ms
from pipeweave_dagster.services.alias_history import GateCheck
from pipeweave_dagster.services.champion import Registered
from pipeweave_dagster.services.champion_decision import compare_with_champion, decide, rival_of
from pipeweave_dagster.services.model_versions import load_version, table_of
from pipeweave_dagster.services.tie_decision import UNKNOWN, Origin
from pipeweave_dagster.services.workbench import Workbench

_CALIBRATED = "PE115"


class Gate(NamedTuple):
    """What the gate decided: the alias with its reason, and each check."""

    decision: Promotion
    checks: list[GateCheck]

    @property
    def is_open(self) -> bool:
        """Whether the version may become champion."""
        return self.decision.alias == "champion"


def gate_of(
    workbench: Workbench,
    dataset: str,
    trained: TrainedModel,
    evaluation: Evaluation,
    origin: Origin = UNKNOWN,
) -> Gate:
    """Decide the alias of a version by its evaluation, calibration, size and time to predict.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        trained: The version.
        evaluation: Its evaluation, compared with the current champion.
        origin: What it was made from, which decides where the test cannot tell the two apart.
    """
    rival = rival_of(workbench, dataset, trained)
    decision = decide(workbench, dataset, trained, evaluation, origin, rival)
    champion = None if rival.replaced else rival.champion
    checks = [
        GateCheck(name="evaluation", passed=decision.alias == "champion", message=decision.reason),
        _overrides(trained),
        _calibration(evaluation, champion),
        _size(workbench, trained),
        _latency(workbench, trained),
    ]
    failed = [check.message for check in checks if not check.passed]
    if failed and decision.alias == "champion":
        decision = Promotion(alias="challenger", reason=" ".join(failed))
    return Gate(decision, checks)


def gate_of_version(workbench: Workbench, dataset: str, version: str) -> Gate:
    """Compare a registered version with the current champion again, and decide.

    Raises:
        PipeWeaveError: NOT_FOUND if the version is not in this storage.
    """
    trained, evaluation = load_version(workbench.store, dataset, version)
    table = table_of(workbench.store, dataset, version)
    compared = compare_with_champion(workbench, dataset, trained, table)
    evaluation = evaluation.model_copy(update={"comparison": compared})
    return gate_of(workbench, dataset, trained, evaluation, Origin(asked=True))


def _calibration(evaluation: Evaluation, champion: Registered | None) -> GateCheck:
    """A miscalibrated model does not replace a calibrated one."""
    failed = _miscalibrated(evaluation)
    before = "" if champion is None else _miscalibrated(champion.evaluation)
    worse = bool(failed) and champion is not None and not before
    tested = any(c.code == _CALIBRATED and c.state == "passed" for c in evaluation.checks)
    passed = "The probabilities are calibrated." if tested else "There is nothing to calibrate."
    text = failed or passed
    if failed and not worse:
        text += " No calibrated champion would be replaced."
    return GateCheck(name="calibration", passed=not worse, message=text)


def _miscalibrated(evaluation: Evaluation) -> str:
    found = [c for c in evaluation.checks if c.code == _CALIBRATED and c.state == "failed"]
    return found[0].message if found else ""


def _overrides(trained: TrainedModel) -> GateCheck:
    """An override needs a reason; of one without, nobody knows whether the model is a leak."""
    bare = [text for text in trained.overrides if _is_unexplained(text)]
    text = f"Overridden findings, each with its reason: {len(trained.overrides)}."
    if bare:
        named = "; ".join(line.partition(":")[0] for line in bare[:5])
        text = f"Findings were overridden without a reason: {named}. Give it in pipeweave.yaml."
    return GateCheck(name="overrides", passed=not bare, message=text)


def _is_unexplained(override: str) -> bool:
    reason = override.rpartition(": ")[2]
    return reason.startswith(NO_REASON) or not any(map(str.isalnum, reason))


def _size(workbench: Workbench, trained: TrainedModel) -> GateCheck:
    size, limit = trained.model.size_bytes / 2**20, workbench.settings.max_model_size_mb
    text = f"The model file has {size:,.1f} MB; the limit MAX_MODEL_SIZE_MB is {limit:,} MB."
    return GateCheck(name="size", passed=size <= limit, message=text)


def _latency(workbench: Workbench, trained: TrainedModel) -> GateCheck:
    limit = workbench.settings.max_prediction_ms
    took = workbench.on_model(
        prediction_ms,
        model=workbench.store.payload(trained.model),
        rows=workbench.store.payload(trained.test_rows),
    )
    text = f"One row takes {took:,.0f} ms; the limit PIPEWEAVE_MAX_PREDICTION_MS is {limit:,} ms."
    return GateCheck(name="latency", passed=took <= limit, message=text)

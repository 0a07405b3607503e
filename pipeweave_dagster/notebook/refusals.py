"""What a notebook refuses at once, where a run alerts or waits: the user is there to answer."""

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Findings,
    TargetDeduction,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.types.column_types import parse_column_type
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.schema.column_lookup import find_column, find_only_column
from pipeweave_dagster.core.schema.no_target import none_is_wanted, offered


def refuse_unknown_columns(settings: DatasetSettings, snapshot: DatasetSnapshot) -> None:
    """Refuse a target and settings of columns that the table does not have, and unknown types.

    A run only alerts to such columns, since later versions share its settings; here the table is
    at hand.
    """
    withheld = {fold_name(name) for name in snapshot.withheld}
    for key, setting in settings.columns.items():
        if fold_name(key) not in withheld:
            find_column(key, snapshot, "The key of `columns`")
        if setting.type:
            parse_column_type(setting.type, key)
    if settings.target is not None and not none_is_wanted(settings, snapshot):
        find_only_column(settings.target, snapshot, "The target", settings)


def refuse_missing_target(target: TargetDeduction) -> None:
    """Refuse a training without a column to predict."""
    if target.name is None:
        candidates = offered(target)
        raise validation_error(
            "Which column should be predicted? No target is set, and none is plausible.",
            fix="Set target=NAME."
            + (f" Candidates: {', '.join(candidates)}." if candidates else ""),
            candidates=candidates,
        )


def refuse_blocked(findings: Findings) -> None:
    """Refuse a training that a finding blocks."""
    if findings.blocked:
        raise validation_error(
            " ".join(f"{f.code}: {f.message} {f.proposal}".strip() for f in findings.blocked),
            fix="Change the settings as `.findings` proposes, or override a finding: "
            "overrides=[{'finding': CODE, 'column': NAME, 'reason': TEXT}].",
            findings=[finding.code for finding in findings.blocked],
        )

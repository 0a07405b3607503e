"""The registered versions of a data set, one row each."""

from typing import Any

from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import find_version, versions
from pipeweave_dagster.services.overview import score_text
from pipeweave_dagster.services.workbench import Workbench


def model_rows(bench: Workbench, name: str) -> list[dict[str, Any]]:
    """Return every version in this storage with its score, current alias and decision."""
    rows = []
    alias_by_version = _alias_by_version(bench, name)
    for version in versions(bench.store, name):
        found = find_version(bench.store, name, version)
        if found is None:
            continue
        trained, evaluation = found
        rows.append(
            {
                "dataset": name,
                "version": version,
                "alias": alias_by_version.get(version),
                "winner": trained.winner,
                "target": trained.target,
                "score": score_text(evaluation),
                "decision": evaluation.promoted,
                "reason": evaluation.promotion_reason,
            }
        )
    return rows


def _alias_by_version(bench: Workbench, name: str) -> dict[str, str]:
    """Return the current alias of each version; the champion's if it has several."""
    aliases = aliases_of(bench.store, name)
    order = [alias for alias in ("previous", "challenger", "champion") if alias in aliases]
    return {aliases[alias]: alias for alias in order}

"""How the latest runs of a data set ended and what they took, from their manifests."""

from pipeweave_dagster.adapters.state import DocumentStore, Manifest
from pipeweave_dagster.adapters.state.head_rebuild import readable_manifests
from pipeweave_dagster.core.documents import AssetTime, RunFigures

MOST_RUNS = 50
"""Only so many of the newest manifests are read."""


def run_figures(store: DocumentStore, dataset: str) -> RunFigures:
    """Return the figures of the newest runs of a data set."""
    found = readable_manifests(store.records, store.storage, dataset, newest=MOST_RUNS)
    known = [manifest for manifest in found.values() if manifest.state]
    ended = [manifest for manifest in known if manifest.state != "running"]
    # A run that was superseded did what it was meant to; a newer state stays published.
    failed = sum(manifest.state == "failed" for manifest in ended)
    return RunFigures(
        succeeded=len(ended) - failed,
        failed=failed,
        running=len(known) - len(ended),
        seconds=round(sum(_seconds(manifest) for manifest in ended), 3),
        assets=_assets(ended),
    )


def run_cost(seconds: float, per_hour: float | None) -> float | None:
    """Return what run time costs at PIPEWEAVE_COST_PER_HOUR; None without that setting."""
    return None if per_hour is None else round(seconds / 3600 * per_hour, 4)


def _seconds(manifest: Manifest) -> float:
    return max(0.0, (manifest.ended_at or manifest.started_at) - manifest.started_at)


def _assets(manifests: list[Manifest]) -> dict[str, AssetTime]:
    times: dict[str, AssetTime] = {}
    for manifest in manifests:
        for asset, seconds in manifest.seconds.items():
            times[asset] = times.get(asset, AssetTime()).plus(seconds)
    return {
        asset: AssetTime(runs=time.runs, seconds=round(time.seconds, 3))
        for asset, time in sorted(times.items())
    }

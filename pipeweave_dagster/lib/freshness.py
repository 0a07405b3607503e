"""Freshness policies of the assets, which Dagster's daemon evaluates."""

import datetime as dt

import dagster as dg
from pydantic import ValidationError

from pipeweave_dagster.lib.resources import WorkbenchResource

_WARN_SHARE = 0.8


def freshness_policies(workbench: WorkbenchResource) -> dict[str, dg.FreshnessPolicy]:
    """Return the policy of each asset that has a limit: late after it, a warning shortly before.

    Dagster looks at the last materialization of an asset in any partition, so this shows that
    nothing at all arrives; `services.freshness` looks at each data set. Invalid settings are
    reported by the run: the code location must load in spite of them.
    """
    try:
        settings = workbench.settings()
    except ValidationError:
        return {}
    limits = {
        "raw_upload": settings.fresh_uploads_days,
        "model": settings.fresh_model_days,
        "predictions": settings.fresh_predictions_days,
    }
    return {
        asset: dg.FreshnessPolicy.time_window(
            fail_window=dt.timedelta(days=days), warn_window=dt.timedelta(days=_WARN_SHARE * days)
        )
        for asset, days in limits.items()
        if days is not None
    }

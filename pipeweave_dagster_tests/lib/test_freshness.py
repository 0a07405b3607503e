"""Dagster's own evaluator finds the assets late once the feed has stopped."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import dagster as dg
import pytest
from dagster._core.definitions import freshness_evaluator
from dagster._core.loader import LoadingContextForTest

from pipeweave_dagster.build import build_defs

DAY = 86_400.0


@pytest.mark.parametrize(("days", "state"), [(1.0, "PASS"), (1.7, "WARN"), (2.1, "FAIL")])
def test_a_stopped_feed_is_late_within_one_evaluation(home, monkeypatch, days, state):
    monkeypatch.setenv("PIPEWEAVE_FRESH_UPLOADS_DAYS", "2")
    graph = build_defs(key_prefix="ml").resolve_asset_graph()
    key = dg.AssetKey(["ml", "raw_upload"])
    assert graph.get(dg.AssetKey(["ml", "model"])).freshness_policy is None
    node, began = graph.get(key), time.time()
    policy = freshness_evaluator.FRESHNESS_EVALUATORS_BY_POLICY_TYPE[type(node.freshness_policy)]
    monkeypatch.setattr(freshness_evaluator, "get_current_timestamp", lambda: began + days * DAY)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.report_runless_asset_event(dg.AssetMaterialization(key, partition="churn"))
        context = LoadingContextForTest(instance)
        with ThreadPoolExecutor(1) as pool:  # the browser's loop may run in this thread
            evaluation = policy().evaluate_freshness(context, node)
            found = pool.submit(asyncio.run, evaluation).result()
    assert found.name == state

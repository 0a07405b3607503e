"""The leaderboard of a search that is going on: of this run alone, and like with like."""

import json

from pipeweave_dagster.services.live_trials import LiveSearch


def fold(name, fold, score, ended_at, **params):
    return {
        "name": name, "fold": fold, "score": score, "seconds": 1, "params": params,
        "ended_at": ended_at,
    }  # fmt: skip


LINES = [
    fold("lightgbm", 0, 0.99, 1.0),  # of an earlier run
    fold("catboost", 0, 0.1, 2.0, rate=0.3),
    fold("catboost", 1, 0.1, 11.0, rate=0.3),  # a pass with other parameters
    fold("svm", 0, 0.97, 11.5),
    fold("catboost", 0, 0.5, 12.0, rate=0.1),
    fold("catboost", 0, 0.9, 13.0, rate=0.1),  # fitted again
    fold("catboost", 1, 0.8, 14.0, rate=0.1),
    fold("linear", 0, 0.8, 15.0),
    fold("linear", 1, 0.7, 16.0),
]


def test_passes_and_runs_are_kept_apart_and_those_with_the_most_folds_are_first(tmp_path):
    log = tmp_path / "trials.jsonl"
    log.write_text("\n".join(map(json.dumps, LINES)))
    rows = LiveSearch("roc_auc", [log], began=10.0, folds=5).trials()
    shown = [(r["name"], round(r["score"], 4), r["folds"], r["of"]) for r in rows]
    assert shown == [("catboost", 0.85, 2, 5), ("linear", 0.75, 2, 5), ("svm", 0.97, 1, 5)]

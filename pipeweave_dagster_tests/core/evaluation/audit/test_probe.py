"""The probe is of the same kind as the winner."""

from pipeweave_dagster.core.evaluation.audit.probe import LINEAR, TREES, probe_like


def test_the_quick_learner_is_of_the_kind_of_the_winner():
    assert all(probe_like(f) is LINEAR for f in ("linear", "svm", "mlp"))
    assert all(probe_like(f) is TREES for f in ("xgboost", "extra_trees", "lightgbm"))

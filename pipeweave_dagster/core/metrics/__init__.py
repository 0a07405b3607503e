"""Metrics of predictions, their intervals and tests on them. Knows no estimator."""

"""Scores of predictions, their intervals, and what follows from them. Knows no estimator."""

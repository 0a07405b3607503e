"""Drift, retraining, and the overview of all data sets."""

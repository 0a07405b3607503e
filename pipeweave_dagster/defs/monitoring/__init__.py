"""Drift, retraining, and the overview of everything."""

"""Retraining of what is due."""

"""Plots and model card of an evaluation."""

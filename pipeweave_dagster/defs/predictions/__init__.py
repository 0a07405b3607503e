"""Scoring batches with the champion."""

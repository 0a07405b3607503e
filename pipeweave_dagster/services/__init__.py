"""Use cases: what assets and commands ask for, built from adapters and `core`. No Dagster.

A service takes a `Workbench` (settings, storage, workers) and documents, and returns documents.
What only talks to the outside world belongs in `adapters`, what only computes in `core`.
"""

"""Databases as sources: read-only sessions that yield Arrow batches, one module per kind."""

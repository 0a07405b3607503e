"""Parts of `benchmarks/drift.py`."""

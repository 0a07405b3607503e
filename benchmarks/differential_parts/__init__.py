"""Parts of `benchmarks/differential.py`."""

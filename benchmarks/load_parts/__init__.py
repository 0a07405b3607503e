"""Parts of `benchmarks/load.py`, one module per table."""

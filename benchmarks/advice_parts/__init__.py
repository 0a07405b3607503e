"""The parts of `benchmarks/advice.py`, one for each adviser."""

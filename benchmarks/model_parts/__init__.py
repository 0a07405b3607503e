"""What the benchmarks of one model per data set share: the sets, and the table of results."""

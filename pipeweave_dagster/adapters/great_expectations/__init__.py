"""Great Expectations in the child process: suites written, versions validated."""

"""Great Expectations, in the child process: write suites, validate versions."""

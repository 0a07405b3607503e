"""Expectations: rules that later versions of a data set are validated against, and the results.

The rules have the format of Great Expectations suites, so they can be reviewed, edited and used
with that library alone. This package writes and reads them; only the adapter runs them.
"""

from pipeweave_dagster.core.expectations.suite import propose, read_suite, suite_bytes

__all__ = ["propose", "read_suite", "suite_bytes"]

"""What the next versions of a data set must hold to: rules as data, and what came of them.

The rules have the form of Great Expectations' suites, so people may review, edit and use them with
that library alone. This package writes and reads them; only the adapter runs them.
"""

from pipeweave_dagster.core.expectations.suite import propose, read_suite, suite_bytes

__all__ = ["propose", "read_suite", "suite_bytes"]

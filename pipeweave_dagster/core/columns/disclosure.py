"""Which values may be shown without pointing to a single person."""

MIN_ROWS_TO_SHOW = 5
"""A value in fewer rows could point to a person, so it is counted and not shown."""

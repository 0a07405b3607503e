"""The meaning of the columns."""

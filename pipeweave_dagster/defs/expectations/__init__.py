"""Expectations that later versions are validated against."""

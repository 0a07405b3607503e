"""Uploads become typed data sets."""

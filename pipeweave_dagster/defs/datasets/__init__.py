"""Uploads and typed data sets."""

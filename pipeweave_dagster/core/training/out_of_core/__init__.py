"""Fits on more rows than fit into memory."""

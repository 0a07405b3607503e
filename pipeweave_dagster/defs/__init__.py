"""Thin definitions: an asset loads, makes one call, and returns."""

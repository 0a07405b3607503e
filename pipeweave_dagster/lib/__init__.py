"""Helpers for definitions: partitions, resources, documents in and out, metadata, failures."""

"""The constructed pipeline."""

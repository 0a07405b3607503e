"""Acceptance checks of reading, schemas and expectations, each on real files."""

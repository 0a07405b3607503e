"""The rows of FEATURES on reading, schemas and expectations, each checked on real files."""

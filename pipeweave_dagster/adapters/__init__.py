"""The outside world behind small protocols: storage, manifests, MLflow, the worker. No Dagster."""

"""The outside world behind small interfaces: storage, records, MLflow, workers. No Dagster."""

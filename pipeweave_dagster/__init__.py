"""PipeWeave: an ML workbench on Dagster. One table in; data, report, model and predictions out."""

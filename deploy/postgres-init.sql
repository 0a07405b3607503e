-- Dagster and MLflow both have a table `runs`, so each has a database of its own.
CREATE DATABASE mlflow;

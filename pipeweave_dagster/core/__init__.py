"""The pure part of PipeWeave: functions from files and documents to documents.

Nothing here knows Dagster, S3, MLflow, Great Expectations or Gemini; a test proves it.
"""

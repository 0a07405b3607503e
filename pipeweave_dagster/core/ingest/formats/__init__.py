"""Readers of self-describing formats: Parquet, Arrow, JSON, Excel, HTML."""

"""Files that describe themselves: Parquet, Arrow, JSON, Excel."""

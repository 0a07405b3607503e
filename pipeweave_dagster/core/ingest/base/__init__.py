"""Shared by all readers: limits, workspace, compression, raw tables, column names, SQL quoting."""

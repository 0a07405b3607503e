"""The hosts and the kinds of leaks that `leak_tables.py` writes."""

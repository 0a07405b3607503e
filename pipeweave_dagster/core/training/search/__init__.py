"""Which candidates are tried, on what, for how long, and which are kept."""

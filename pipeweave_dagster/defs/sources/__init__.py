"""Sources in databases, upstream of uploads."""

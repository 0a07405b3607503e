"""Which type a column of text has: strict parsers, decisions over the whole file, casts."""

"""Structure of the rows: whether a split by time or by group gives another score than a random one.

A random split puts rows of one patient, or of one hour, on both sides. Whether that matters is
measured by a quick model, before the search.
"""

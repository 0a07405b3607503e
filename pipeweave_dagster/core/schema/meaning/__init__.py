"""Deduce the meaning of a column by rules; detect personal data and hidden missing values."""

"""Type inference: which typed values the texts of a column are."""

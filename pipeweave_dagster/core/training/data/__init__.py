"""From the typed table to what a fit sees: rows, split, folds and features."""

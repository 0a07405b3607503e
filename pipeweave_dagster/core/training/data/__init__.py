"""From the typed table to what a fit uses: rows, split, folds and features."""

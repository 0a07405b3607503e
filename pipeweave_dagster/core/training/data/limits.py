"""How much data a training reads, divides into folds and fits in parallel."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataLimits:
    """Limits in rows and cells (rows times columns) that bound time and memory."""

    max_cells: int = 12_000_000
    """A larger table is sampled: trees gain little from rows beyond (400,000 of 30 columns)."""
    min_sample_rows: int = 50_000
    """A sample has at least so many rows, however wide the table."""
    batch_rows: int = 100_000
    """Rows read at a time."""
    batch_cells: int = 3_000_000
    """Cells read at a time: 24 MB of numbers."""
    min_batch_rows: int = 500
    """Rows read at a time at least, however wide the table."""
    hold_out_cells: int = 3_000_000
    """Training cells times half the classes above which one hold-out part stands for the folds."""
    one_thread_cells: int = 1_000_000
    """The same up to which fits use one thread each and run in parallel: threads gain less."""
    max_parallel_fits: int = 4
    """Fits that run in parallel at most: each holds its own copy of the features."""
    group_hint_rows: int = 100_000
    """Rows up to which columns are checked for small groups with equal targets."""
    out_of_core_rounds: int = 3_000
    """Boosting rounds at most when learning from all rows on disk."""
    preparation_part: float = 0.5
    """Most of the time that preparing rows on disk may take, for boosting needs the rest."""


DEFAULT_LIMITS = DataLimits()

"""Lines that a program writes into or below a table: comments, counts of rows."""

import re

_COMMENT = re.compile(r"\s*(?:#|//|--\s)")
_ROW_COUNT = re.compile(
    r"\s*[(\[]?\s*(?:query ok,\s*)?[\d,]+ (?:rows?|records?|lignes?|zeilen?)"
    r"(?: (?:affected|selected|returned|in set|fetched|total))?[^,;|\t]{0,40}[)\].]*\s*",
    re.IGNORECASE,
)


def is_comment(line: str) -> bool:
    """Return whether a line begins as a comment does: with `#`, `//` or `-- `."""
    return _COMMENT.match(line) is not None


def is_row_count(line: str) -> bool:
    """Return whether a line is the count of rows that a database client writes below a table.

    Example:
        >>> is_row_count("(40 rows affected)"), is_row_count("3 rows in set (0.01 sec)")
        (True, True)
    """
    text = line.strip().strip("|")  # DuckDB writes it into the frame
    return len(text) < 120 and _ROW_COUNT.fullmatch(text) is not None

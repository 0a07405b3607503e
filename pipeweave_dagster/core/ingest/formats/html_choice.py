"""Choose the table of a web page that is data; layout, forms, errors and logins are none."""

import re
from dataclasses import dataclass, field
from itertools import islice

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.formats.html_grid import HtmlGrid
from pipeweave_dagster.core.ingest.formats.html_navigation import is_navigation
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

_MESSAGE = re.compile(
    r"\b(?:not found|forbidden|access denied|unauthori[sz]ed|permission denied|server error|"
    r"bad (?:gateway|request)|service unavailable|gateway time-?out|too many requests|"
    r"session (?:has )?(?:expired|timed out)|(?:can ?not|can't) be (?:found|displayed)|"
    r"authentication required|index of /|just a moment|captcha|an error|nicht gefunden|"
    r"zugriff verweigert|(?:\w{1,60}error|\w{1,60}exception) at /|"
    r"(?:(?:log|sign)[ -]?(?:in|on)|anmeld(?:en|ung)|connexion|iniciar sesi[oó]n)"
    r"\s*+(?:$|[^\w\s]|to\b|page\b|required\b))",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"(?:error|fehler)\W*|[45]\d\d|(?:(?:http|status|error|fehler)\W*){1,3}[45]\d\d\b.*",
    re.IGNORECASE,
)
_FEW = 10
_LISTED = 10
_MOST_NAMES = 6


@dataclass
class PageTables:
    """The tables of data of a web page: the one with the most cells so far, and what is not read.

    Attributes:
        best: The table with the most cells.
        others: What the others are called, of at most ten, and how many there are.
        pages: Number of tables of which it was joined.
    """

    best: HtmlGrid | None = None
    others: list[str] = field(default_factory=list)
    count: int = 0
    pages: int = 1

    def add(self, grid: HtmlGrid) -> bool:
        """Add a table, and return whether it is one of data."""
        if not is_data(grid):
            return False
        self.count += 1
        if self.best is not None and _continues(self.best, grid):
            _extend(self.best, grid)
            self.pages += 1
            self.count -= 1
            return True
        other: HtmlGrid | None = grid
        if self.best is None or grid.cells > self.best.cells:
            self.best, other, self.pages = grid, self.best, 1
        if other is not None and len(self.others) < _LISTED:
            self.others.append(f"{_name(other)} ({counted(other.cells, 'cell')})")
        return True

    def notes(self) -> list[str]:
        """Return the notes on the tables that are joined, or not read."""
        notes = []
        if self.pages > 1:
            notes.append(f"Joined {self.pages} tables with the same names, one below the other.")
        if self.best is not None and self.count > 1:
            more = self.count - 1 - len(self.others)
            unread = ", ".join(self.others) + (f" and {more} more" if more else "")
            notes.append(
                f"The page has {self.count} tables of data; only {_name(self.best)}, the largest, "
                f"was read; not read: {unread}."
            )
        return notes


def is_data(grid: HtmlGrid) -> bool:
    """Return whether a table has rows of data: most fill two cells or more, or stand below a name.

    Fields to fill in and headings in its cells are those of forms and of the layout of a page. Two
    columns of labels and texts describe one thing, and calendars and lists of links lead elsewhere.
    """
    rows = grid.sheet.rows
    if len(rows) < 2 or 3 * len(grid.marked) >= len(rows):
        return False
    wide = sum(len(row) > 1 for row in rows.values())
    if wide < 2 or 2 * wide < len(rows):
        named = next(iter(rows)) in grid.header and len(grid.header) < len(rows)
        return named and wide == 0
    return not _is_labelled(grid) and not is_navigation(grid)


def is_page_of_data(best: HtmlGrid, titles: dict[str, str], passwords: int, length: int) -> bool:
    """Return whether a page is there for its table: not an error, a login, or a text.

    Args:
        best: The largest table.
        titles: Title and first heading of the page.
        passwords: Number of its fields for a password.
        length: Number of characters of all its text.
    """
    title = " ".join((titles.get("title") or titles.get("h1", "")).split())
    if _MESSAGE.search(title) or (title and _STATUS.fullmatch(title)):
        return False
    many = len(best.sheet.rows) > _FEW
    if passwords and not (many and best.header):
        return False
    return bool(best.header) or many or 2 * best.length >= length


def _is_labelled(grid: HtmlGrid) -> bool:
    """Return whether a table has two columns, of labels and what they say."""
    rows = grid.sheet.rows
    if {column for row in rows.values() for column in row} - {1, 2}:
        return False
    body = [number for number in rows if number not in grid.header]
    colons = sum(rows[number].get(1, "").endswith(":") for number in body)
    headed = next(iter(rows)) not in grid.header and 2 * len(grid.labelled) >= len(rows)
    return headed or 2 * colons >= max(1, len(body))


def _continues(best: HtmlGrid, grid: HtmlGrid) -> bool:
    """Return whether a table has the same names as another, as pages of a list have."""
    first, names = (next(iter(g.sheet.rows.values())) for g in (best, grid))
    return (
        first == names and len(names) > 1 and not any(kind_of(n) in TYPED for n in names.values())
    )


def _extend(best: HtmlGrid, grid: HtmlGrid) -> None:
    """Append the rows of a table, without its names, to another that begins with them."""
    names = [*islice(best.sheet.rows.values(), _MOST_NAMES)]
    shift, above = best.row, True
    for place, (number, cells) in enumerate(grid.sheet.rows.items()):
        repeated = place < len(names) and names[place] == cells
        above = above and repeated and (place == 0 or number in grid.header)
        if not above:
            best.sheet.rows[shift + number] = cells
    best.sheet.merged += [
        m._replace(first_row=shift + m.first_row, last_row=shift + m.last_row)
        for m in grid.sheet.merged
    ]
    best.sheet.hidden_rows |= {shift + row for row in grid.sheet.hidden_rows}
    best.header |= {shift + row for row in grid.header}
    best.footer |= {shift + row for row in grid.footer}
    best.row += grid.row
    best.cells += grid.cells
    best.length += grid.length


def _name(grid: HtmlGrid) -> str:
    title = grid.sheet.title[:60]
    names = " | ".join(text[:20] for text in [*next(iter(grid.sheet.rows.values())).values()][:3])
    return repr(title) if title else f"the one with {names!r}"

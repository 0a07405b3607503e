"""Parse a web page part by part: its title, and the tables in it with their cells.

Tags that are not closed end where browsers end them. Text that is not shown (scripts, styles, what
has `display:none`, lists to choose from) is in no cell.
"""

from collections.abc import Callable

from pipeweave_dagster.core.ingest.formats.html_grid import HtmlGrid
from pipeweave_dagster.core.ingest.formats.html_tags import (
    BLOCKS,
    GROUPS,
    PARTS,
    UNSHOWN,
    VOID,
    Attributes,
    TagParser,
    is_field,
    is_hidden,
    spans_of,
)
from pipeweave_dagster.core.ingest.formats.html_texts import BREAK, RAISED, cell_text, exact_number

_DEEPEST = 50
_TITLES = frozenset({"title", "caption", "h1"})
_LONGEST_TITLE = 300
_LINK_SHARE = 0.8


class _Open:
    """A table that is open: its grid, and the texts and attributes of its open cell."""

    def __init__(self) -> None:
        self.grid = HtmlGrid()
        self.texts: list[str] | None = None
        self.kind = "td"
        self.attrs: Attributes = []


class TableParser(TagParser):
    """Parses a web page that is fed in parts.

    Args:
        found: Is given each table once it ends; returns whether it is one of data. The text of any
            other is part of the cell around it.

    Attributes:
        titles: The texts of title, first heading and last caption.
        passwords: Number of fields for a password.
        length: Number of characters of the text.
        tables: Number of tables that began.
    """

    def __init__(self, found: Callable[[HtmlGrid], bool]) -> None:
        super().__init__(convert_charrefs=True)
        self.titles: dict[str, str] = {}
        self.passwords = self.length = self.tables = 0
        self._found = found
        self._stack: list[_Open] = []
        self._texts: list[str] | None = None
        self._beyond = 0
        self._title = ""
        self._skipped, self._skips = "", 0
        self._in_link, self._linked = False, 0

    def end(self) -> bool:
        """End the page; return whether it was cut off within a table."""
        self.feed("\n")
        open_ = bool(self._stack)
        while self._stack:
            self._end_table()
        self._skipped = self._title = ""
        return open_

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Begin a table, row or cell, or what ends a line in a cell."""
        if tag in {"td", "th"}:
            self._begin_cell(tag, attrs)
        elif tag == "tr":
            self._begin_row(attrs)
        elif tag == "table":
            self._begin_table()
        elif tag in GROUPS:
            self._begin_group(tag)
        else:
            self._begin_other(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End a table, row or cell."""
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag == "tr" and self._stack and not self._beyond:
            self._end_cell()
            self._stack[-1].grid.end_row()
        elif tag == "table":
            self._end_table()
        elif tag in GROUPS:
            self._begin_group("")
        elif tag == self._skipped:
            self._skips -= 1
            self._skipped = self._skipped if self._skips else ""
        elif tag == self._title:
            self._title = ""
        elif tag == "a":
            self._in_link = False
        elif tag in BLOCKS:
            self._add_mark(BREAK)

    def handle_data(self, data: str) -> None:
        """Add text to the open cell, or to a title."""
        if self._skipped or self.cdata_elem:
            return
        if self._title:
            text = self.titles[self._title]
            self.titles[self._title] = (text + data)[:_LONGEST_TITLE]
        if self._title in {"", "h1"}:
            self.length += len(data.strip())
            if self._texts is not None:
                self._texts.append(data)
                if self._in_link:
                    self._linked += len(data.strip())

    def _begin_table(self) -> None:
        self.tables += 1
        if self._stack and self._texts is None and not self._beyond:
            self._end_table()  # browsers do so: only a cell holds another table
        if len(self._stack) >= _DEEPEST:
            self._beyond += 1
            return
        self._stack.append(_Open())
        self._texts = None
        self.titles.pop("caption", None)

    def _begin_row(self, attrs: Attributes) -> None:
        if self._stack and not self._beyond:
            self._end_cell()
            self._stack[-1].grid.begin_row(hidden=is_hidden(attrs))

    def _begin_group(self, name: str) -> None:
        if self._stack and not self._beyond:
            self._end_cell()
            self._stack[-1].grid.begin_group(name)

    def _begin_cell(self, tag: str, attrs: Attributes) -> None:
        if self._beyond and self._texts is not None:
            self._add_mark(BREAK)
        elif self._stack:
            self._end_cell()
            self._skipped = self._title = ""
            table = self._stack[-1]
            table.kind, table.attrs = tag, attrs
            table.texts = self._texts = []
            self._in_link, self._linked = False, 0

    def _begin_other(self, tag: str, attrs: Attributes) -> None:
        if self._skipped:
            self._skips += tag == self._skipped
            return
        part = tag in PARTS or (tag == "input" and is_field(attrs))
        if part and self._texts is not None:
            self._stack[-1].grid.mark()
        if tag == "a":
            self._in_link = any(name == "href" for name, _ in attrs)
        elif tag == "input":
            self.passwords += ("type", "password") in attrs
        elif tag in _TITLES and (tag == "caption" or tag not in self.titles):
            self._title = tag
            self.titles[tag] = ""
        elif tag in BLOCKS:
            self._add_mark(BREAK)
        elif tag == "sup":
            self._add_mark(RAISED)
        elif tag in UNSHOWN or (attrs and tag not in VOID and is_hidden(attrs)):
            self._skipped, self._skips = tag, 1

    def _add_mark(self, mark: str) -> None:
        if self._texts is not None:
            self._texts.append(mark)

    def _end_cell(self) -> None:
        if self._beyond or self._texts is None:
            return
        table = self._stack[-1]
        text, spans = cell_text(self._texts), (1, 1)
        if table.attrs:
            spans = spans_of(table.attrs)
            text = exact_number(text, dict(table.attrs).get("x:num"))
        table.grid.add_cell(table.kind, text, *spans)
        table.grid.linked += 0 < _LINK_SHARE * len(text) <= self._linked
        table.texts = self._texts = None
        self._skipped = self._title = ""

    def _end_table(self) -> None:
        if self._beyond:
            self._beyond -= 1
            return
        if not self._stack:
            return
        self._end_cell()
        grid = self._stack.pop().grid
        grid.begin_group("")
        grid.sheet.title = " ".join(self.titles.pop("caption", "").split())
        self._texts = self._stack[-1].texts if self._stack else None
        is_data = self._found(grid)
        if self._texts is None:
            return
        if is_data:
            self._stack[-1].grid.mark()
            return
        for row in grid.sheet.rows.values():
            self._texts += [BREAK, " ".join(row.values())]
        self._texts.append(BREAK)

"""Place the cells of a table of a web page in rows and columns, as its spans say."""

from dataclasses import dataclass, field

from pipeweave_dagster.core.ingest.formats.sheet import MergedRange, Sheet

_WIDEST = 16_384
_FREE_VISITS, _MOST_PER_CELL = 5_000_000, 100
_WIDEST_SPAN, _HIGHEST_SPAN = 1000, 65_534  # as browsers take them


@dataclass
class HtmlGrid:
    """A table of a web page, cell by cell; `sheet` has its rows (from 1, in order) so far.

    Attributes:
        sheet: The cells with text, the ranges over several rows or columns, and the hidden rows.
        cells: Number of cells with text.
        length: Number of characters in them.
        header: Rows of names: those in `thead`, or of `th` alone.
        labelled: Rows that begin with `th`, and go on with values.
        footer: Rows in `tfoot`.
        marked: Rows with what a row of data has not: fields to fill in, headings, further parts of
            a page.
        linked: Number of cells whose text is a link, nearly all of it.
        row: Number of the row that is open, or was last.
    """

    sheet: Sheet = field(default_factory=lambda: Sheet(""))
    cells: int = 0
    length: int = 0
    header: set[int] = field(default_factory=set)
    labelled: set[int] = field(default_factory=set)
    footer: set[int] = field(default_factory=set)
    marked: set[int] = field(default_factory=set)
    linked: int = 0
    row: int = 0
    group: str = ""
    _open: dict[int, str] | None = None
    _column: int = 1
    _kinds: str = ""
    _taken: dict[int, int] = field(default_factory=dict)
    _spans: list[MergedRange] = field(default_factory=list)
    _visits: int = 0

    def begin_row(self, *, hidden: bool = False) -> None:
        """Begin a row; one that is open ends."""
        self.end_row()
        self.row += 1
        self._open, self._column, self._kinds = {}, 1, ""
        if hidden:
            self.sheet.hidden_rows.add(self.row)

    def add_cell(self, kind: str, text: str, wide: int, high: int) -> None:
        """Add a cell to the row that is open, or to a new one.

        Args:
            kind: `th` or `td`.
            text: Its text, blank for none.
            wide: Columns that it spans.
            high: Rows that it spans; 0 for all that are left.

        Raises:
            ValueError: If its columns are more than any spreadsheet has.
        """
        if self._open is None:
            self.begin_row()
        row = self._open = self._open or {}
        column = self._free_column()
        self._column = column + min(max(wide, 1), _WIDEST_SPAN)
        if text:
            row[column] = text
            self.cells += 1
            self.length += len(text)
            self._kinds += kind[1]
        if wide > 1 or high != 1:
            self._span(column, self.row + min(high or _HIGHEST_SPAN, _HIGHEST_SPAN) - 1)

    def end_row(self) -> None:
        """End the row that is open, if one is."""
        if not self._open:
            self._open = None
            self.sheet.hidden_rows.discard(self.row)
            return
        self.sheet.rows[self.row] = self._open
        if self.group == "thead" or "d" not in self._kinds:
            self.header.add(self.row)
        elif self._kinds[0] == "h":
            self.labelled.add(self.row)
        if self.group == "tfoot":
            self.footer.add(self.row)
        self._open = None

    def begin_group(self, name: str) -> None:
        """Begin `thead`, `tbody` or `tfoot`, or end it (blank): cells span no rows beyond it."""
        self.end_row()
        self.group = name
        merged = (m._replace(last_row=min(m.last_row, self.row)) for m in self._spans)
        self.sheet.merged += merged
        self._spans, self._taken = [], {}

    def mark(self) -> None:
        """Note that the row has what a row of data has not."""
        self.marked.add(self.row)

    def _free_column(self) -> int:
        """Return the next column that no cell of a row above spans."""
        column, taken = self._column, self._taken
        while taken and taken.get(column, 0) >= self.row:
            column += 1
            self._visit(1)
        if column > _WIDEST:
            raise ValueError(f"a table has more than {_WIDEST:,} columns")
        return column

    def _span(self, column: int, last_row: int) -> None:
        last = self._column - 1
        if column in (self._open or {}):
            self._spans.append(MergedRange(self.row, last_row, column, last))
        if last_row > self.row:
            self._visit(last - column + 1)
            self._taken.update(dict.fromkeys(range(column, last + 1), last_row))

    def _visit(self, count: int) -> None:
        self._visits += count
        if self._visits > max(_FREE_VISITS, _MOST_PER_CELL * self.cells):
            raise ValueError("its cells span too many rows and columns")

"""How results are shown in a notebook; everything that comes from data is escaped."""

import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from pipeweave_dagster.core.output_paths import refuse_input, refuse_suffix

if TYPE_CHECKING:
    import pandas as pd

    from pipeweave_dagster.core.documents import Estimate, Part

T = TypeVar("T", bound="Part")


class Table(Sequence[T], Generic[T]):
    """A sequence of documents that a notebook shows as a table."""

    def __init__(self, rows: Sequence[T], columns: Sequence[str]) -> None:
        self._rows = tuple(rows)
        self._columns = tuple(columns)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table as a pandas data frame, a row per document."""
        import pandas as pd

        cells = [[_plain(getattr(row, name)) for name in self._columns] for row in self._rows]
        return pd.DataFrame(cells, columns=list(self._columns))

    def __repr__(self) -> str:
        return str(self.to_frame().to_string(index=False, max_colwidth=100))

    def _repr_html_(self) -> str:
        return _html(self.to_frame())


class Scores(dict[str, "Estimate"]):
    """Metrics with their 95 % intervals, by name; a notebook shows them as a table."""

    def to_frame(self) -> "pd.DataFrame":
        """Return a pandas data frame with the columns metric, value, low and high."""
        import pandas as pd

        rows = [(name, score.value, score.low, score.high) for name, score in self.items()]
        return pd.DataFrame(rows, columns=["metric", "value", "low", "high"])

    def _repr_html_(self) -> str:
        return _html(self.to_frame())


def titled(title: str, table: Table[Any]) -> str:
    """Return a table as HTML below a line of text."""
    return f"<p>{html.escape(title)}</p>{table._repr_html_()}"


def _html(frame: "pd.DataFrame") -> str:
    """Return a table whose missing values are empty cells."""
    cells = frame.map(lambda value: f"{value:.4g}" if isinstance(value, float) else value)
    shown = cells.astype(object).where(frame.notna(), "")
    return str(shown.to_html(index=False, escape=True, border=0))


def _plain(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


class Report:
    """A data report: one HTML page without external references."""

    def __init__(self, page: str, highlights: list[str], source: Path | None = None) -> None:
        self.html = page
        self.highlights = highlights
        self._source = source

    def save(self, path: str | Path) -> Path:
        """Write the page, and return its path.

        Raises:
            PipeWeaveError: VALIDATION_ERROR for a name that does not end in `.html` or `.htm`, and
                for the file that the report is about.
        """
        target = Path(path)
        refuse_suffix(target, [".html", ".htm"])
        refuse_input(target, self._source)
        target.write_text(self.html, encoding="utf-8")
        return target

    def __repr__(self) -> str:
        return "\n".join(self.highlights)

    def _repr_html_(self) -> str:
        page = html.escape(self.html, quote=True)
        style = "width:100%;height:800px;border:0"
        return f'<iframe sandbox="allow-scripts" srcdoc="{page}" style="{style}"></iframe>'


class Card:
    """A model card as Markdown."""

    def __init__(self, text: str, source: Path | None = None) -> None:
        self.text = text
        self._source = source

    def save(self, path: str | Path) -> Path:
        """Write the card, and return its path.

        Raises:
            PipeWeaveError: VALIDATION_ERROR for a name that does not end in `.md` or `.markdown`,
                and for the file that the model was trained on.
        """
        target = Path(path)
        refuse_suffix(target, [".md", ".markdown"])
        refuse_input(target, self._source)
        target.write_text(self.text, encoding="utf-8")
        return target

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text

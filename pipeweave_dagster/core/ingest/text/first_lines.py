"""The first lines of a file, as the layout looks at them."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Line:
    """One of the first lines of a file.

    Attributes:
        cells: Its stripped cells, one per column; of wide tables only the first ones.
        fields: Number of its fields before padding.
        width: Number of columns of the table.
        other_delimiter: Whether only another delimiter than that of the file gives it this width.
    """

    cells: list[str]
    fields: int
    width: int
    other_delimiter: bool = False

    @cached_property
    def filled(self) -> int:
        """Number of cells that are not blank."""
        return sum(map(bool, self.cells))

    @property
    def is_complete(self) -> bool:
        """Whether it has as many fields as the table has columns."""
        return self.fields == self.width

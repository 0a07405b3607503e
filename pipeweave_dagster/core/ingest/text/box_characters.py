"""Tables drawn with box characters, as by DuckDB, polars and SQLite: read as drawn in ASCII."""

import re

_DASHES, _DOUBLE = "─╌┄┈╴╶╼╾", "═━╍┅┉"
_BARS = "│┃║┆┇┊┋╎╏"
_JOINTS = "".join({*map(chr, range(0x250C, 0x2571))} - {*_DASHES, *_DOUBLE, *_BARS})
_LINE = re.compile(f"[{_DASHES}{_DOUBLE}]*[{_JOINTS}][{_DASHES}{_DOUBLE}{_JOINTS}]+")
_OF_RULES = str.maketrans(
    _DASHES + _DOUBLE + _JOINTS,
    "-" * len(_DASHES) + "=" * len(_DOUBLE) + "+" * len(_JOINTS),
)
_HIDDEN_BAR = "\x01"
_OF_ROWS = str.maketrans({"|": _HIDDEN_BAR} | dict.fromkeys(_BARS, "|"))
_BACK = str.maketrans({_HIDDEN_BAR: "|", "|": _BARS[0]})
_RULE_WITHIN = 5


def has_boxes(head: list[str]) -> bool:
    """Return whether one of the first lines is a rule of box characters.

    Example:
        >>> has_boxes(["┌───┬───┐", "│ a │ b │"]), has_boxes(["a │ b"])
        (True, False)
    """
    filled = [line.strip() for line in head if line.strip()]
    return any(_LINE.fullmatch(line) for line in filled[:_RULE_WITHIN])


def in_ascii(line: str) -> str:
    """Return a line with bars, dashes and plus signs instead of box characters.

    Bars that are part of a cell are hidden; see `cell_as_drawn`.
    """
    text = line.strip()
    return line.translate(_OF_RULES if _LINE.fullmatch(text) else _OF_ROWS)


def cell_as_drawn(cell: str) -> str:
    """Return a cell of a line in ASCII with its own bars.

    Example:
        >>> [cell_as_drawn(cell) for cell in in_ascii("a|b│c").split("|")]
        ['a|b', 'c']
    """
    return cell.translate(_BACK)

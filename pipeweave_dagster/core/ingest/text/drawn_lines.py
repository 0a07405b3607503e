"""How the lines of a drawn table are cut into cells: at bars, or where its columns begin.

A rule gives the widths of the columns. A line is cut there if it fits, so that a bar inside a cell
stays in it; otherwise at its bars.
"""

import re
import unicodedata
from dataclasses import dataclass

_RULE = re.compile(r"\s*[|+]?\s*:?[-=]+:?\s*(?:[|+]\s*:?[-=]+:?\s*)*[|+]?\s*")
_COLUMN_RULE = re.compile(r" *(?:-{2,}|={2,})(?: +(?:-+|=+))+ *")
_PLAIN_RULE = re.compile("-{10,}|={10,}|_{10,}")
_JOINT = re.compile(r"[|+]")
_BAR = re.compile(r"(?<!\\)\|")
_SHORT_RUN = re.compile(r"(?<![-=])[-=]{1,2}(?![-=])")
_SECOND_HALF = "\x00"
"""Fills the second place of a character that is twice as wide as others."""


@dataclass(frozen=True)
class Bars:
    """Rows whose cells stand between bars.

    Attributes:
        rule: The first rule with joints; of lists of SAP, a row.
        count: Number of bars in a row.
        joints: Places of the joints of the rule, none where rules have no joints.
        opened: Whether a bar stands before the first cell.
        closed: Whether a bar stands behind the last cell.
        escaped: Whether a backslash before a bar makes it part of a cell, as in Markdown.
    """

    rule: str
    count: int
    joints: tuple[int, ...]
    opened: bool
    closed: bool
    escaped: bool

    @classmethod
    def of(cls, rule: str, *, plain: bool = False) -> "Bars":
        """Return how rows are cut below a rule with joints, or as a row between `plain` rules."""
        marks, text = (_BAR if plain else _JOINT), rule.strip()
        joints = tuple(match.start() for match in marks.finditer(rule))
        opened, closed = text[:1] in {"|", "+"}, text[-1:] in {"|", "+"}
        return cls(rule, len(joints), () if plain else joints, opened, closed, "+" not in rule)

    def is_rule(self, line: str) -> bool:
        """Return whether a line is a rule; a row of dashes for missing values is none."""
        if not is_jointed_rule(line) and not _PLAIN_RULE.fullmatch(line.strip()):
            return False
        return line.strip() == self.rule.strip() or _SHORT_RUN.search(line) is None

    def fits(self, line: str) -> bool:
        """Return whether a line has as many bars as a row, or bars where the rule has joints."""
        return len(_BAR.findall(line)) == self.count or self._at_joints(line) is not None

    def cells(self, line: str) -> list[str] | None:
        """Return the stripped cells of a row; None for a line without bars."""
        if "|" not in line:
            return None
        regular = self.escaped and len(_BAR.findall(line)) == self.count
        return (None if regular else self._at_joints(line)) or self._at_bars(line)

    def _at_joints(self, line: str) -> list[str] | None:
        """Return the cells between the joints; None if a line has no lone bar at each of them."""
        for text in dict.fromkeys([line, _by_places(line)]):
            if self.joints and all(_is_padded_bar(text, joint) for joint in self.joints):
                starts = [0, *(joint + 1 for joint in self.joints)]
                cells = [
                    text[a:b].replace(_SECOND_HALF, "").strip()
                    for a, b in zip(starts, [*self.joints, None], strict=True)
                ]
                outside = [*cells[: self.opened], *cells[len(cells) - self.closed :]]
                return None if any(outside) else cells[self.opened : len(cells) - self.closed]
        return None

    def _at_bars(self, line: str) -> list[str]:
        text = line.strip()
        inner = text.removeprefix("|") if self.opened else text
        outer = self.closed and text.startswith("|") == self.opened
        inner = inner[:-1] if outer and inner.endswith("|") else inner
        cells = [cell.strip() for cell in _BAR.split(inner)]
        return [cell.replace("\\|", "|") for cell in cells] if self.escaped else cells


@dataclass(frozen=True)
class Dashes:
    """Rows whose cells begin where the dashes of a rule do.

    Attributes:
        starts: Places at which columns begin.
    """

    starts: tuple[int, ...]

    @classmethod
    def of(cls, rule: str) -> tuple["Dashes", list[tuple[int, int]]]:
        """Return how rows are cut below a rule, and where each of its dashes begin and end."""
        spans = [match.span() for match in re.finditer("[-=]+", rule)]
        return cls((*(start for start, _ in spans),)), spans

    def is_rule(self, line: str) -> bool:
        """Return whether a line is a rule of dashes per column."""
        return is_column_rule(line)

    def fits(self, line: str) -> bool:
        """Return whether no text stands across the start of a column."""
        return self.cells(line) is not None

    def cells(self, line: str) -> list[str] | None:
        """Return the stripped cells of a line; None if a text stands across a start."""
        for text in dict.fromkeys([_by_places(line), line]):
            crossed = any(text[i - 1 : i].strip() for i in self.starts[1:])
            if not crossed and not text[: self.starts[0]].strip():
                ends = [*self.starts[1:], None]
                cells = [text[a:b] for a, b in zip(self.starts, ends, strict=True)]
                return [cell.replace(_SECOND_HALF, "").strip() for cell in cells]
        return None


def is_jointed_rule(line: str) -> bool:
    """Return whether a line consists of dashes and of joints between them."""
    return _RULE.fullmatch(line) is not None and _JOINT.search(line) is not None


def is_plain_rule(line: str) -> bool:
    """Return whether a line consists of dashes alone."""
    return _PLAIN_RULE.fullmatch(line.strip()) is not None


def is_column_rule(line: str) -> bool:
    """Return whether a line has dashes for each of several columns."""
    return _COLUMN_RULE.fullmatch(line) is not None


def bars_in(line: str) -> int:
    """Return the number of bars in a line that no backslash makes part of a cell."""
    return len(_BAR.findall(line))


def _is_padded_bar(text: str, joint: int) -> bool:
    beside = text[max(0, joint - 1) : joint] + text[joint + 1 : joint + 2]
    return text[joint : joint + 1] == "|" and not beside.strip()


def _by_places(line: str) -> str:
    """Return a line with one character per place: a wide letter takes two, an accent none."""
    if line.isascii():
        return line
    text = unicodedata.normalize("NFC", line)
    wide = {"W", "F"}
    return "".join(c + _SECOND_HALF * (unicodedata.east_asian_width(c) in wide) for c in text)

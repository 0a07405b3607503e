"""Rows of a drawn table whose cells stand between bars.

A rule gives the widths of the columns. A line is cut there if it fits, so that a bar inside a cell
stays in it; otherwise at its bars.
"""

import re
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.drawn_lines import (
    BAR,
    JOINT,
    PLAIN_RULE,
    SECOND_HALF,
    by_places,
    is_jointed_rule,
)

_GOES_ON = "+\u21b5"
"""What psql writes behind a cell that goes on in the next line, with lines in ASCII or not."""
_SHORT_RUN = re.compile(r"(?<![-=])[-=]{1,2}(?![-=])")


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
        marks, text = (BAR if plain else JOINT), rule.strip()
        joints = tuple(match.start() for match in marks.finditer(rule))
        opened, closed = text[:1] in {"|", "+"}, text[-1:] in {"|", "+"}
        return cls(rule, len(joints), () if plain else joints, opened, closed, "+" not in rule)

    def is_rule(self, line: str) -> bool:
        """Return whether a line is a rule; a row of dashes for missing values is none."""
        if not is_jointed_rule(line) and not PLAIN_RULE.fullmatch(line.strip()):
            return False
        return line.strip() == self.rule.strip() or _SHORT_RUN.search(line) is None

    def fits(self, line: str) -> bool:
        """Return whether a line has as many bars as a row, or bars where the rule has joints."""
        return len(BAR.findall(line)) == self.count or self._at_joints(line) is not None

    def cells(self, line: str) -> list[str] | None:
        """Return the stripped cells of a row; None for a line without bars."""
        if "|" not in line:
            return None
        regular = self.escaped and len(BAR.findall(line)) == self.count
        return (None if regular else self._at_joints(line)) or self._at_bars(line)

    def continued(self, line: str) -> tuple[int, ...]:
        """Return the columns whose cell goes on in the next line: psql ends it with a plus."""
        placed = self._placed(line)
        return placed[1] if placed else ()

    def _at_joints(self, line: str) -> list[str] | None:
        """Return the cells between the joints; None if a line has no lone bar at each of them."""
        placed = self._placed(line)
        return placed[0] if placed else None

    def _placed(self, line: str) -> tuple[list[str], tuple[int, ...]] | None:
        """Return the cells between the joints, and the columns that go on in the next line."""
        starts = [0, *(joint + 1 for joint in self.joints)]
        ends = [*self.joints, len(self.rule.rstrip())]
        inner = slice(int(self.opened), len(ends) - self.closed)
        for text in dict.fromkeys([by_places(line), line]) if self.joints else ():
            marked = [e - 1 for e in ends[inner] if text[e - 1 : e] and text[e - 1] in _GOES_ON]
            marked = [] if self.escaped else marked
            plain = "".join(" " if i in marked else c for i, c in enumerate(text))
            if all(_is_padded_bar(plain, joint) for joint in self.joints):
                cells = [plain[a:b] for a, b in zip(starts, [*self.joints, None], strict=True)]
                cells = [cell.replace(SECOND_HALF, "").strip() for cell in cells]
                outside = [*cells[: self.opened], *cells[len(cells) - self.closed :]]
                marks = tuple(k for k, e in enumerate(ends[inner]) if e - 1 in marked)
                return None if any(outside) else (cells[inner], marks)
        return None

    def _at_bars(self, line: str) -> list[str]:
        text = line.strip()
        inner = text.removeprefix("|") if self.opened else text
        outer = self.closed and text.startswith("|") == self.opened
        inner = inner[:-1] if outer and inner.endswith("|") else inner
        cells = [cell.strip() for cell in BAR.split(inner)]
        return [cell.replace("\\|", "|") for cell in cells] if self.escaped else cells


def _is_padded_bar(text: str, joint: int) -> bool:
    beside = text[max(0, joint - 1) : joint] + text[joint + 1 : joint + 2]
    return text[joint : joint + 1] == "|" and not beside.strip()

"""What each record of a log of a program begins with: time, level, logger, then the message.

The order of these fields and what separates them differ by program and settings, so they are taken
from the first lines: a field is one if (nearly) every record has it at that place.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.log_items import ITEMS, Item

_SHARE = 0.95
"""Records with a field, of those that begin alike, for it to be one."""
_MOST_FIELDS = 10
_PLAIN = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL):([\w.]{1,200}):(.*)")
"""What Python logs unless it is configured: `WARNING:root:message`."""
_WORD = re.compile(r"[\w.:/+%@-]+")


@dataclass(frozen=True)
class LogHead:
    """The fields that stand before the message of each record.

    Attributes:
        names: Their names, and `message`.
        items: What stands before the message, in order.
    """

    names: tuple[str, ...]
    items: tuple[Item, ...]

    def cells(self, line: str) -> list[str] | None:
        """Return the fields of a line that begins a record, and its message; None for others.

        A line that has the first field only, or some of them, has no cells for the others.
        """
        if not self.items:
            plain = _PLAIN.match(line)
            return [*plain.groups()] if plain else None
        cells, place = {}, 0
        for number, item in enumerate(self.items):
            found = item.pattern.match(line, place)
            if found is None and not number:
                return None
            if found is None:
                break
            if item.name:
                cells[number] = found[found.lastindex or 0].strip()
            place = found.end()
        fields = [cells.get(i, "") for i, item in enumerate(self.items) if item.name]
        return [*fields, line[place:].strip()]


def log_head(lines: list[str], known: Collection[str] = ()) -> LogHead | None:
    """Return what the records of a log begin with; None if these are no lines of a log.

    Args:
        lines: The first lines; some may continue the record above them.
        known: The names of the fields of the table that was read before, if there is one.

    Example:
        >>> log_head(["2024-01-02 03:04:05,123 - db - INFO - Up"] * 5).names
        ('time', 'logger', 'level', 'message')
    """
    plain = [line for line in lines if _PLAIN.match(line)]
    if plain and _PLAIN.match(lines[0]):
        return LogHead(("level", "logger", "message"), ())
    for first in ITEMS[:2]:
        begun = [(line, m.end()) for line in lines if (m := first.pattern.match(line))]
        if not begun:
            continue
        items, rest = _items(first, begun, known)
        names = [item.name for item in items if item.name]
        if {"time", "level"} <= {*names} and (known or not _is_table(items, rest)):
            return LogHead((*_named(names), "message"), items)
    return None


def _items(
    first: Item, begun: list[tuple[str, int]], known: Collection[str]
) -> tuple[tuple[Item, ...], list[str]]:
    """Return what stands before the messages, and the messages."""
    items, places = [first], begun
    while len(items) < _MOST_FIELDS and not _is_complete(items):
        for item in ITEMS:
            if not _may_follow(item, items, known):
                continue
            found = [(x, m.end()) for x, place in places if (m := item.pattern.match(x, place))]
            if len(found) >= _SHARE * len(begun):
                items, places = [*items, item], found
                break
        else:
            break
    return tuple(items), [line[place:].strip() for line, place in places]


def _is_complete(items: list[Item]) -> bool:
    """Return whether a mark behind level and logger begins the message."""
    names = {item.name for item in items}
    return {"level", "logger"} <= names and not items[-1].name


def _may_follow(item: Item, items: list[Item], known: Collection[str]) -> bool:
    if not item.name:
        return bool(items[-1].name)
    number = sum(item.name == other.name for other in items) + 1
    if number > 1 and item.name != "context":
        return False
    return not known or item.name in known or f"{item.name}_{number}" in known


def _is_table(items: tuple[Item, ...], rest: list[str]) -> bool:
    """Return whether columns between blanks stand behind time and level, and no messages."""
    if any(item.name not in {"time", "level"} for item in items):
        return False
    words = [text.split() for text in rest]
    padded = sum("  " in text for text in rest)
    even = len({*map(len, words)}) <= 1 or 2 * padded > len(rest)
    return even and all(_WORD.fullmatch(word) for row in words for word in row)


def _named(names: list[str]) -> list[str]:
    """Return the names of fields with numbers behind those that repeat."""
    return [
        f"{name}_{names[: i + 1].count(name)}" if names.count(name) > 1 else name
        for i, name in enumerate(names)
    ]

"""A record of several lines: a block of lines, each with a key and its value."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from pipeweave_dagster.core.ingest.base.limits import MEGABYTE

_MOST_LINES, _MOST_CHARACTERS = 5000, 4 * MEGABYTE


@dataclass
class Field:
    """A key of a record, and its value in parts: lines, or what was cut into lines."""

    key: str
    parts: list[str]


@dataclass
class Block:
    """A record of several lines.

    Attributes:
        line: Its first line (from 1).
        fields: Its fields, in order; a key may be repeated.
        others: Lines that have no key and continue no value.
        lines: Number of its lines so far.
        characters: Their length.
        indent: Where its values begin, if that is fixed.
    """

    line: int
    fields: list[Field] = field(default_factory=list)
    others: list[tuple[int, str]] = field(default_factory=list)
    lines: int = 0
    characters: int = 0
    indent: int = 0

    @property
    def is_full(self) -> bool:
        """Whether what follows is another record, as memory is limited."""
        return self.lines >= _MOST_LINES or self.characters >= _MOST_CHARACTERS

    @property
    def keys(self) -> list[str]:
        """Its keys, each once."""
        return [*dict.fromkeys(item.key for item in self.fields)]

    @property
    def is_tidy(self) -> bool:
        """Whether a key that it repeats is repeated at once, as in no dialogue."""
        keys = [item.key for item in self.fields]
        changes = sum(a != b for a, b in pairwise(keys))
        return changes == len({*keys}) - 1

    def count(self, text: str) -> None:
        """Count a line of it."""
        self.lines += 1
        self.characters += len(text)

    def extend(self, text: str) -> None:
        """Add a part to the last value."""
        if self.fields:
            self.fields[-1].parts.append(text)

    def values(self) -> dict[str, list[str]]:
        """Return the values of each key."""
        values: dict[str, list[str]] = {}
        for item in self.fields:
            while len(item.parts) > 1 and not item.parts[-1].strip():
                item.parts.pop()
            values.setdefault(item.key, []).append("\n".join(item.parts).strip(" \t"))
        return values


class BlockForm(Protocol):
    """How the lines of a file are divided into records, and these into keys and values."""

    @property
    def what(self) -> str:
        """What the records are, for a note."""

    def blocks(self, lines: Iterable[str]) -> Iterator[Block]:
        """Yield the records; one without fields has lines that belong to none."""


def counts_of(blocks: list[Block]) -> Counter[str]:
    """Return the number of blocks that have each key."""
    return Counter(key for block in blocks for key in block.keys)

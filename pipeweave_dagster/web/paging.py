"""Long lists in parts: `?page=2`."""

import math
import re
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

PER_PAGE = 200
"""Data sets of one page: on S3 each takes three requests at every view."""
_NUMBER = re.compile(r"[0-9]{1,6}")
T = TypeVar("T")


class Page(NamedTuple, Generic[T]):
    """Some of the entries of a list; pages count from 1."""

    entries: list[T]
    number: int
    pages: int
    total: int


def page_number(text: str) -> int:
    """Return the number of a page from an address; 1 for what is none."""
    return int(text) if _NUMBER.fullmatch(text) else 1


def page_of(names: Sequence[str], number: int) -> Page[str]:
    """Return one page of a list; the nearest if there is no such."""
    pages = max(1, math.ceil(len(names) / PER_PAGE))
    number = min(max(1, number), pages)
    return Page([*names[(number - 1) * PER_PAGE : number * PER_PAGE]], number, pages, len(names))

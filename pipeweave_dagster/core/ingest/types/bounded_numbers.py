"""Numbers of which some are bounds, as laboratories and surveys write them: `<0.05`, `>90`, `≥ 5`.

The bound is read as the number, with a note of how many there are. A column whose values are mostly
bounds has classes, and stays text.
"""

import re
from collections import Counter
from collections.abc import Collection

from pipeweave_dagster.core.ingest.types.expression_sql import Expression, V
from pipeweave_dagster.core.ingest.types.type_decisions import described_texts
from pipeweave_dagster.core.ingest.types.value_parsers import GAPS, Parser

_SIGNS = ("<", ">", "≤", "≥")
_LEAST_NUMBERS = 3
_FORMAT = "number with bounds"


def _parser(decimal: bool) -> Parser:
    group, mark = (".", ",") if decimal else (",", ".")
    whole = rf"(?:[0-9]{{1,15}}|[0-9]{{1,3}}(?:[{group}{GAPS}][0-9]{{3}}){{1,4}})"
    number = rf"[+-]?(?:{whole}(?:[{mark}][0-9]{{0,17}})?|[{mark}][0-9]{{1,17}})"
    digits: Expression = ("substitute_all", V, "[^0-9.,+-]", "")
    clean: Expression = ("replace", digits, group, "")
    return Parser(
        "number",
        rf"(?:[{''.join(_SIGNS)}]=? {{0,3}})?{number}",
        ("double", ("replace", clean, ",", ".") if decimal else clean),
        f"{_FORMAT}, decimal ','" if decimal else _FORMAT,
    )


BOUNDED_NUMBERS = (_parser(decimal=False), _parser(decimal=True))


def bounded_number_parsers(values: Collection[str]) -> list[Parser]:
    """Return the parser of numbers of which some are bounds, if there are such.

    Args:
        values: Distinct values of a column.

    Example:
        >>> [p.format for p in bounded_number_parsers(["12", "14.5", "16", ">90"])]
        ['number with bounds']
        >>> bounded_number_parsers(["<5", "5", ">10"])
        []
    """
    bounds = [
        v for v in values if v.startswith(_SIGNS) and any(p.matches(v) for p in BOUNDED_NUMBERS)
    ]
    if not bounds:
        return []
    numbers = [v for v in values if not v.startswith(_SIGNS)]
    if len(numbers) < max(_LEAST_NUMBERS, len(bounds) + 1):
        return []
    point, comma = (sum(map(p.matches, values)) for p in BOUNDED_NUMBERS)
    commas = [v for v in values if "," in v and "." not in v]
    thousands = all(re.search(r"(?<![0-9])[1-9][0-9]{0,2}(?:,[0-9]{3})+$", v) for v in commas)
    return [BOUNDED_NUMBERS[comma > point or (bool(commas) and not thousands)]]


def note_on_bounds(sample: Counter[str]) -> str | None:
    """Return what the user should know of bounds, which are read as the number.

    Args:
        sample: The values of a column, or a sample of them, with counts.
    """
    bounds = {v: n for v, n in sample.items() if v.startswith(_SIGNS)}
    share = 100 * sum(bounds.values()) / max(1, sum(sample.values()))
    rare = f"about {share:.0f} %" if share >= 1 else "less than 1 %"
    named = f" ({described_texts(bounds)})" if bounds else ""
    return f"Numbers behind < or > are bounds, stored as the number: {rare} of the values{named}."

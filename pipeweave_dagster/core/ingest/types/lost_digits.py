"""Digits of numbers that were lost: before the file was written, or to a float."""

import re
from collections import Counter

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.types.number_codes import equal_versions
from pipeweave_dagster.core.ingest.types.value_parsers import LONG_NUMBER, NUMBER, Parser

FLOAT_DIGITS = 17
_CUT = re.compile(r"[1-9](\.[0-9]{1,5})?E\+(1[1-9]|2[0-9])")
_LONG_CODE = 11


def lost_digits(parser: Parser, sample: Counter[str]) -> str | None:
    """Return what is doubtful if digits were lost: before the file was written, or to a float.

    Spreadsheets write a whole number of twelve digits or more as `4.00638E+12`, and the rest of its
    digits is gone; a float holds 17 digits, so longer numbers may become equal.
    """
    if parser not in {NUMBER, LONG_NUMBER}:
        return None
    cut = [v for v in sample if _CUT.fullmatch(v)]
    whole = [v for v in sample if re.fullmatch("[0-9]+", v)]
    if cut and len(cut) + len(whole) == len(sample) and (not whole or _median(whole) >= _LONG_CODE):
        count = sum(sample[v] for v in cut)
        return (
            f"{counted(count, 'value')} such as {cut[0]} (of those that were looked at) lost digits"
            " before the file was written, as spreadsheets shorten long numbers. What decides:"
            " export the column again as text."
        )
    versions = equal_versions(sample)
    if versions:
        return (
            f"Numbers, of which {versions[0]} and {versions[1]} became equal: they may be versions"
            " or codes. What decides: columns: {NAME: {type: text}} to keep them apart."
        )
    long = [v for v in sample if exceeds_float(v)]
    equal = len(long) - len({float(v) for v in long})
    if equal:
        return (
            f"{counted(equal, 'number')} with more than {FLOAT_DIGITS} digits became equal to"
            " another when rounded to a float. What decides: columns: {NAME: {type: text}} to keep"
            " every digit."
        )
    return None


def _median(texts: list[str]) -> int:
    return sorted(map(len, texts))[len(texts) // 2]


def exceeds_float(text: str) -> bool:
    """Return whether a number has more digits than a float holds."""
    if len(text) <= FLOAT_DIGITS:
        return False
    digits = re.sub("[eE].*|[^0-9]", "", text).strip("0")
    return len(digits) > FLOAT_DIGITS

"""Convert Arrow texts and binary values to text."""

from collections import Counter

import pyarrow as pa

from pipeweave_dagster.core.ingest.formats.arrow_numbers import ArrowArray

NOT_UTF8 = "not UTF-8"
HEXADECIMAL = "hexadecimal"


def convert_text(array: ArrowArray, counts: Counter[str]) -> ArrowArray:
    """Convert texts of any layout; bytes that are not UTF-8 are decoded as cp1252, and counted."""
    array = array.cast(pa.large_string())
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        texts = [
            None if v is None else _decoded(v, counts)
            for v in array.cast(pa.large_binary()).to_pylist()
        ]
        return pa.array(texts, pa.large_string())
    return array


def convert_binary(array: ArrowArray, counts: Counter[str]) -> ArrowArray:
    """Convert binary values: UTF-8 as text (many programs store texts so), others as 0x…."""
    texts = [None if v is None else _text_or_hex(v, counts) for v in array.to_pylist()]
    return pa.array(texts, pa.large_string())


def _decoded(value: bytes, counts: Counter[str]) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        counts[NOT_UTF8] += 1
        return value.decode("cp1252", "replace")


def _text_or_hex(value: bytes, counts: Counter[str]) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if any(c < " " and c not in "\t\r\n" for c in text):
        counts[HEXADECIMAL] += 1
        return "0x" + value.hex()
    return text

"""Infer the types of a large text file from samples of it, if they leave no doubt."""

import re
from collections import Counter
from pathlib import Path

from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text import read_plan
from pipeweave_dagster.core.ingest.text.records import parse_records
from pipeweave_dagster.core.ingest.types.date_parsers import swap_day_and_month
from pipeweave_dagster.core.ingest.types.flagged_numbers import FLAGGED_NUMBERS
from pipeweave_dagster.core.ingest.types.grouped_numbers import mark_in_question
from pipeweave_dagster.core.ingest.types.infer_parser import infer_parser
from pipeweave_dagster.core.ingest.types.lost_digits import lost_digits
from pipeweave_dagster.core.ingest.types.plain_characters import plain_sample
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser
from pipeweave_dagster.core.model.null_tokens import is_null_token

_SAMPLE_BYTES = MEGABYTE // 8
_SAMPLES = 8
_SAMPLE_VALUES = 1000


def sample_values(plan: read_plan.ReadPlan, width: int) -> list[Counter[str]] | None:
    """Return the most frequent values of each column; None if a record is malformed."""
    samples: list[Counter[str]] = [Counter() for _ in range(width)]
    for text in _sample_texts(plan.text.path):
        for record in parse_records(text, plan.dialect, width)[1:]:
            if record.repair or len(record.fields) != width:
                return None
            for sample, value in zip(samples, record.fields, strict=True):
                sample[value[:200]] += 1
    samples = [Counter(dict(s.most_common(_SAMPLE_VALUES))) for s in samples]
    for sample in samples:
        sample.pop("", None)
    return samples


def _sample_texts(path: Path) -> list[str]:
    """Return complete lines from the head, throughout the middle, and the tail of a file."""
    size = path.stat().st_size
    texts = []
    with path.open("rb") as file:
        for i in range(_SAMPLES):
            file.seek((size - _SAMPLE_BYTES) * i // (_SAMPLES - 1))
            data = file.read(_SAMPLE_BYTES)
            start = data.find(b"\n") + 1 if i else 0
            texts.append(data[start : data.rfind(b"\n") + 1].decode("utf-8", errors="replace"))
    return texts


def certain_parsers(
    samples: list[Counter[str]],
    headers: list[str],
    requested: list[Parser | None],
    decimal: bool,
) -> list[Parser] | None:
    """Infer a parser for each column from samples of the file; None if one is uncertain."""
    parsers = []
    for given, sample, name in zip(requested, samples, headers, strict=True):
        parser = given or infer_parser(sample, decimal, name)
        if not _is_certain(parser, sample, given is TEXT):
            return None
        parsers.append(parser)
    return parsers


def _is_certain(parser: Parser, sample: Counter[str], requested_text: bool) -> bool:
    """Return whether the sample alone decides how a column is read."""
    if parser in FLAGGED_NUMBERS:
        return False
    if parser is TEXT:
        plain = None if requested_text else plain_sample(sample)
        return plain is None or infer_parser(plain) is TEXT
    if mark_in_question(parser, sample) is not None or lost_digits(parser, sample) is not None:
        return False
    swapped = swap_day_and_month(parser)
    if any(is_null_token(v) or v != v.strip() for v in sample):
        return False
    if swapped is not None and all(swapped.matches(v) for v in sample):
        return False
    # The century and the scale of percentages depend on all values, and so do cut fractions.
    return not (parser.unit == "%" or re.search("%[yf]", parser.format or ""))

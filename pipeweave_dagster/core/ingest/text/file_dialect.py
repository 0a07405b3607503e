"""The dialect of a file, also where its table is one of several parts."""

from typing import NamedTuple

from pipeweave_dagster.core.documents import OtherReading, ReadSetting
from pipeweave_dagster.core.ingest.text.box_tables import DRAWN
from pipeweave_dagster.core.ingest.text.detect_dialect import choose_dialect
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text
from pipeweave_dagster.core.ingest.text.line_fields import REWRITTEN
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions
from pipeweave_dagster.core.ingest.text.records import TextDialect, parse_records
from pipeweave_dagster.core.ingest.text.short_tables import short_table
from pipeweave_dagster.core.ingest.text.stacked_tables import dialect_of_blocks

HEAD_RECORDS = 400


class ChosenDialect(NamedTuple):
    """A dialect, the number of records above a second table, the width, the other reading."""

    dialect: TextDialect
    end: int | None = None
    other: OtherReading | None = None
    width: int | None = None


def choose_for_file(sample: str, options: ReadOptions, text: Utf8Text) -> ChosenDialect:
    """Return the dialect of a file, with the end of its first table if there are several.

    Args:
        sample: The first lines of the file.
        options: What the caller knows of it.
        text: The file as UTF-8, with the names and lines that it was drawn with.
    """
    if text.fields:
        return ChosenDialect(REWRITTEN, width=len(text.fields))
    if text.drawn is not None and (options.read is None or options.read.delimiter is None):
        candidates = [ChosenDialect(DRAWN)]
    else:
        candidates = _candidates(sample, options, text)
    ended = (_ended(candidate, sample, options) for candidate in candidates)
    return next(filter(None, ended), candidates[0])


def _candidates(sample: str, options: ReadOptions, text: Utf8Text) -> list[ChosenDialect]:
    """Return the best dialect, and one more if blocks of the file share another."""
    read = options.read or ReadSetting()
    # Comments above names that are declared say nothing of the delimiter.
    below = _below(sample, read.skip or 0, None if read.skip else text.names)
    dialect, other = choose_dialect(below, read.delimiter)
    candidates = [ChosenDialect(dialect, None, other)]
    if read.delimiter is not None:
        return candidates
    short = short_table(below, dialect)
    if short is not None:
        above = parse_records(sample[: len(sample) - len(below)], short.dialect)
        end = None if options.keep_all or short.end is None else len(above) + short.end
        return [ChosenDialect(short.dialect, end, None, short.width)]
    if dialect.delimiter is None and (shared := dialect_of_blocks(below)) is not None:
        candidates.append(ChosenDialect(shared))
    return candidates


def _ended(candidate: ChosenDialect, sample: str, options: ReadOptions) -> ChosenDialect | None:
    """Return a reading with the end of its first table, if there is a second one."""
    if options.keep_all:
        return None
    end = options.end_of_table(parse_records(sample, candidate.dialect, limit=HEAD_RECORDS))
    return None if end is None else candidate._replace(end=end, width=None)


def _below(sample: str, lines: int, names: int | None = None) -> str:
    """Return a sample from the line of the names, or without its first lines that are not blank.

    It is all of the sample if nothing is left.
    """
    rest = sample.split("\n")[(names or 1) - 1 :]
    while lines and rest:
        lines -= bool(rest.pop(0).strip())
    return "\n".join(rest) if any(line.strip() for line in rest) else sample

"""Files of records that have several lines each: one row per record, and a column per key.

They are rewritten as delimited text, each record on its first line with blank lines below, so that
line numbers stay true.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import BLOCK_FIELDS, LeftOutLine
from pipeweave_dagster.core.ingest.text.blocks import Block, BlockForm
from pipeweave_dagster.core.ingest.text.encodings import DrawnTable, Utf8Text
from pipeweave_dagster.core.ingest.text.headed_blocks import begins_headed, headed_blocks
from pipeweave_dagster.core.ingest.text.line_fields import all_lines, write_fields
from pipeweave_dagster.core.ingest.text.non_rows import left_out_line
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.text.stanza_evidence import begins_stanzas, stanzas

_FIRST_CHARACTERS, _HEAD_LINES, _HEAD_CHARACTERS = 1 << 13, 2000, 1 << 18
_MOST_KEYS, _MOST_LISTED = 500, 200
_FURTHER = "further keys"
_OUTSIDE = "line outside the records"
_JOINED_BY = "; "


@dataclass
class _Counts:
    """What is noted of the records: how many there are, repeated keys, and lines outside them."""

    records: int = 0
    repeated: Counter[str] = field(default_factory=Counter)
    outside: int = 0
    left_out: list[LeftOutLine] = field(default_factory=list)


def with_block_fields(text: Utf8Text, folder: Path, known: Collection[str] = ()) -> Utf8Text:
    """Return the text with the values of records between delimiters; the same if it has none.

    Args:
        text: The file as UTF-8.
        folder: Scratch folder for the rewritten copy.
        known: Names of the columns of the training table, of a batch to predict.
    """
    head = _head(text.path)
    form: BlockForm | None = (headed_blocks(head) or stanzas(head, known)) if head else None
    if form is None:
        return text
    keys = dict[str, None]()
    for block in form.blocks(all_lines(text.path)):
        keys |= dict.fromkeys(block.keys)
    names = [*islice(keys, _MOST_KEYS), *([_FURTHER] if len(keys) > _MOST_KEYS else [])]
    counts = _Counts()
    rows = _rows(form.blocks(all_lines(text.path)), names, counts)
    path = write_fields(folder / f"{text.path.name}.blocks", rows)
    drawn = DrawnTable(None, (*counts.left_out,))
    notes = [*text.notes, *_notes(form, counts)]
    return replace(
        text, path=path, notes=(*notes,), fields=(*names,), divided=BLOCK_FIELDS, drawn=drawn
    )


def _head(path: Path) -> list[str]:
    """Return the first lines of a file, up to the end of a block if there are more.

    Most files have no records of several lines: of those whose first line shows it, none.
    """
    with path.open(encoding="utf-8", errors="replace", newline=None) as file:
        start = file.read(_FIRST_CHARACTERS)
        first = start.split("\n")
        if not (begins_headed(first) or begins_stanzas(first)):
            return []
        start += file.read(_HEAD_CHARACTERS)
        complete = not file.read(1)
    lines = start.split("\n")
    if complete and len(lines) <= _HEAD_LINES:
        return lines
    lines = lines[: min(len(lines) - 1, _HEAD_LINES)]
    ends = (i for i in range(len(lines) - 1, 0, -1) if not lines[i].strip())
    return lines[: next(ends, len(lines))]


def _rows(blocks: Iterator[Block], names: list[str], counts: _Counts) -> Iterator[list[str]]:
    """Yield the cells of each record, on its first line."""
    line = 1
    for block in blocks:
        _count_outside(block, counts)
        if block.fields:
            cells = _cells(block, names, counts)
            yield from ([] for _ in range(block.line - line))
            yield cells
            line = block.line + 1 + sum(cell.count("\n") for cell in cells)


def _cells(block: Block, names: list[str], counts: _Counts) -> list[str]:
    values = block.values()
    counts.records += 1
    counts.repeated.update(key for key, several in values.items() if len(several) > 1)
    joined = {key: _JOINED_BY.join(filter(None, several)) for key, several in values.items()}
    if names[-1] == _FURTHER:
        further = [f"{key}: {joined[key]}" for key in joined if key not in {*names[:-1]}]
        joined[_FURTHER] = _JOINED_BY.join(further)
    return [joined.get(name, "") for name in names]


def _count_outside(block: Block, counts: _Counts) -> None:
    counts.outside += len(block.others)
    free = _MOST_LISTED - len(counts.left_out)
    counts.left_out += [
        left_out_line(Record(number, [text.strip()]), _OUTSIDE)
        for number, text in block.others[:free]
    ]


def _notes(form: BlockForm, counts: _Counts) -> list[str]:
    records = counted(counts.records, "record")
    notes = [f"Read {records} of several lines ({form.what}): each key is a column."]
    if counts.repeated:
        keys = ", ".join(key for key, _ in counts.repeated.most_common(5))
        notes.append(f"Joined the values of keys that a record repeats, such as {keys}.")
    if counts.outside:
        notes.append(f"Left out {counted(counts.outside, 'line')} outside the records.")
    return notes

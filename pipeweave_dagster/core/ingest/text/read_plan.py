"""All that is decided before the bulk of a text file is read: encoding, dialect, layout."""

from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.core.documents import Dialect
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.dialects import find_grammar, modal_width
from pipeweave_dagster.core.ingest.text.encodings import Text, to_utf8
from pipeweave_dagster.core.ingest.text.layout import Layout, find_layout
from pipeweave_dagster.core.ingest.text.records import Grammar, Record, parse

HEAD_RECORDS = 400
_HEAD_BYTES = MEGABYTE // 2


@dataclass(frozen=True)
class Known:
    """What is known before reading: column names of the training table; whether rows may go."""

    names: tuple[str, ...] = ()
    keep_all: bool = False


NOTHING_KNOWN = Known()


@dataclass(frozen=True)
class Plan:
    """All that was decided before the bulk is read."""

    text: Text
    grammar: Grammar
    layout: Layout
    head: list[Record]


def plan(content: Content, folder: Path, names: tuple[str, ...] = ()) -> Plan:
    """Decide encoding, dialect and layout of a text file.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` when the file holds no text or no record.
    """
    text = to_utf8(content.path, content.name, folder)
    sample = _head(text.path)
    grammar, _ = find_grammar(sample)
    first = parse(sample, grammar, limit=HEAD_RECORDS).records
    if not first:
        raise validation_error(
            f"{content.name!r} holds blank lines only.", fix="Upload a file that has data."
        )
    width = modal_width(first)[0]
    head = parse(sample, grammar, width, HEAD_RECORDS).records
    return Plan(text, grammar, find_layout(head, names), head)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_HEAD_BYTES)
        if file.read(1):
            cut = data.rfind(b"\n")
            data = data[: cut + 1] if cut > 0 else data
    return data.decode("utf-8", errors="replace")


def body_of(decided: Plan) -> tuple[int, list[str], int]:
    """The line on which the body begins, the header texts and the number of columns."""
    before = decided.layout.preamble + decided.layout.header
    names, width = header_of(decided.layout, decided.head[before:])
    first = decided.head[before].line if before < len(decided.head) else 1
    return first, names, width


def all_records(decided: Plan) -> list[Record]:
    """Every record of the file, blank lines left out."""
    text = decided.text.path.read_bytes().decode("utf-8", errors="replace")
    return parse(text, decided.grammar, decided.layout.width).records


def header_of(layout: Layout, body: list[Record]) -> tuple[list[str], int]:
    """Names for all columns, and how many there are, where header and body disagree on it."""
    width = layout.width
    if layout.names is None:
        return [""] * width, width
    names = without_blanks(layout.names, width)
    if len(names) == width - 1 and _is_index([r.fields[0] for r in body if r.fields]):
        # R writes a header without a name for the row names.
        return ["", *names], width
    width = max(width, len(names))
    return names + [""] * (width - len(names)), width


def without_blanks(names: list[str], width: int) -> list[str]:
    """Header cells without the empty ones that make the header wider than the body."""
    names = list(names)
    while len(names) > width and not names[-1].strip():
        names.pop()
    stripped = [n.strip() for n in names]
    if len(names) == width + 1 and "" in stripped:
        names.pop(stripped.index(""))
    return names


def _is_index(values: list[str]) -> bool:
    return len(set(values)) == len(values)


def told(decided: Plan) -> list[str]:
    """Notes on header and titles."""
    notes = []
    layout = decided.layout
    if layout.names is None:
        notes.append("The file has no header; columns are called column_1, column_2 …")
    if layout.preamble:
        notes.append(f"{layout.preamble} rows above the header were left out (title or comment).")
    if layout.header > 1:
        notes.append(f"{layout.header} header rows were joined to one.")
    return notes


def _delimiter(grammar: Grammar) -> str | None:
    if grammar.cuts:
        return f"fixed width, fields begin at {', '.join(str(c + 1) for c in grammar.cuts)}"
    return "blanks" if grammar.blanks else grammar.separator


def dialect_of(content: Content, decided: Plan) -> Dialect:
    """The decisions as they stand in the snapshot."""
    grammar = decided.grammar
    return Dialect(
        format="csv",
        container=content.container,
        encoding=decided.text.encoding,
        delimiter=_delimiter(grammar),
        quote=grammar.quote,
        escape=grammar.escape,
        header_rows=decided.layout.header,
        skipped_rows=decided.layout.preamble,
        line_end=decided.text.line_end,
    )

"""Records below a heading each: `psql -x`, `git log`, the vertical output of MySQL."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.blocks import Block, Field
from pipeweave_dagster.core.ingest.text.line_marks import is_row_count

_ABOVE = 10
_BORDER = r"[-+─┬┴┼┐┤┌├╞═╪╡╕╤╧]"
_PSQL = re.compile(rf"{_BORDER}{{1,9}}\[ RECORD \d+ \]{_BORDER}*+")
_RULE = re.compile(rf"[+└╘]{_BORDER}*[+┘╛]")
_MYSQL = re.compile(r"\*{3,99} \d+\. row \*{3,99}")
_GIT = re.compile(r"commit ([0-9a-f]{7,64})(?: \((.*)\))?")
_OF_GIT = re.compile(
    r"(Merge|Author|AuthorDate|Commit|CommitDate|Date|Reflog|Reflog message): *+(.*)"
)
_BAR = ("|", "│")
_BARS = re.compile(r"[|│]")
_GOES_ON = re.compile(r" *[+↵]$")


@dataclass(frozen=True)
class HeadedBlocks:
    """Records that each begin with a heading, which holds none of their values."""

    what: str
    head: re.Pattern[str]

    def blocks(self, lines: Iterable[str]) -> Iterator[Block]:
        """Yield the records; one without fields has lines that belong to none."""
        block, is_record = Block(1), False
        for number, line in enumerate(lines, 1):
            text = line.rstrip()
            begins = self.head.fullmatch(text)
            ends = is_record and self.head is not _GIT and is_row_count(text)
            if begins or ends or block.is_full:
                yield from _whole(block)
                block, is_record = Block(number), bool(begins)
            block.count(text)
            if begins:
                block.fields += _named(begins)
            elif is_record and not _RULE.fullmatch(text):
                _ADD[self.what](block, text)
            elif text and not is_record:
                block.others.append((number, text))
        yield from _whole(block)


def _whole(block: Block) -> Iterator[Block]:
    if block.fields or block.others:
        yield block


def headed_blocks(head: list[str]) -> HeadedBlocks | None:
    """Return how records are divided whose first lines say so; None without such lines.

    Args:
        head: The first lines of a file.

    Example:
        >>> headed_blocks(["-[ RECORD 1 ]--", "id | 7", "n  | x"]).what
        'psql -x'
    """
    for form in begins_headed(head):
        records = [block for block in form.blocks(head) if block.fields]
        if all(len(block.keys) > 1 for block in records[:1]) and records:
            return form
    return None


def begins_headed(head: list[str]) -> list[HeadedBlocks]:
    """Return the forms of which one of the first lines of a file begins a record."""
    top = [line.rstrip() for line in head[: 2 * _ABOVE] if line.strip()][:_ABOVE]
    return [form for form in _FORMS if any(map(form.head.fullmatch, top))]


def _named(begins: re.Match[str]) -> list[Field]:
    if begins.re is not _GIT:
        return []
    refs = [Field("refs", [begins[2]])] if begins[2] else []
    return [Field("commit", [begins[1]]), *refs]


def _add_of_psql(block: Block, text: str) -> None:
    inner = text[1:-1] if text[:1] in _BAR and text[-1:] in _BAR else text
    key, *value = _BARS.split(inner, maxsplit=1)
    if key.strip() and value:
        block.fields.append(Field(key.strip(), [value[0].strip()]))
    elif value and block.fields:
        parts = block.fields[-1].parts
        parts[-1] = _GOES_ON.sub("", parts[-1])
        parts.append(value[0].strip())
    else:
        block.extend(text)


def _add_of_mysql(block: Block, text: str) -> None:
    if not block.fields:
        block.indent = text.find(": ") if ": " in text else len(text) - 1
    key, colon, value = (text[: block.indent], text[block.indent :][:1], text[block.indent + 1 :])
    if colon == ":" and key.strip() and not key[-1].isspace():
        block.fields.append(Field(key.strip(), [value.removeprefix(" ")]))
    else:
        block.extend(text)


def _add_of_git(block: Block, text: str) -> None:
    last = block.fields[-1].key
    found = None if last in {"message", "changes"} else _OF_GIT.fullmatch(text)
    if found:
        block.fields.append(Field(found[1], [found[2]]))
    elif not text or last == "changes":
        block.extend(text)
    else:
        key = "message" if text.startswith("    ") else "changes"
        if last != key:
            block.fields.append(Field(key, []))
        block.extend(text[4:] if key == "message" else text)


_ADD = {"psql -x": _add_of_psql, "\\G of MySQL": _add_of_mysql, "git log": _add_of_git}
_FORMS = (
    HeadedBlocks("psql -x", _PSQL),
    HeadedBlocks("\\G of MySQL", _MYSQL),
    HeadedBlocks("git log", _GIT),
)

"""Records as blocks of `key: value` or `key = value`, with blank lines or rules between them.

So write LDAP (LDIF), package managers, `Format-List` of PowerShell, `/proc/cpuinfo`, and programs
that keep references (RIS, MEDLINE). Lines that are indented continue the value above them.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.blocks import Block, Field

_KEY = r"([^\W\d](?:[^\s:=|,;\"<>{}]| (?=\S)){0,59}+)"
_COLON = re.compile(rf"{_KEY}[ \t]*+:(?:[ \t]++(.*)|)")
_EQUALS = re.compile(rf"{_KEY}[ \t]*+=(?!=)[ \t]*+(.*)")
BAR = re.compile(r"([^\W\d]\w{0,59}+)\|([^|]*)")
ATTRIBUTE = re.compile(r"([A-Za-z][\w.;-]{0,99}+):(.*)")
TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}+)(?<=..) {0,2}- ?(.*)")
_RULE = re.compile(r"([-=*_#~])\1{3,}+")


@dataclass(frozen=True)
class Stanzas:
    """Records as blocks of lines with keys.

    Attributes:
        what: What the records are.
        pattern: Matches a line with a key and its value.
        lead: The key that begins a record, if no blank line does.
        folded: What stands between the lines of a value once they are joined.
        certain: Whether nothing else looks like that, so that one record is enough.
    """

    what: str
    pattern: re.Pattern[str]
    lead: str = ""
    folded: str = "\n"
    certain: bool = False

    def blocks(self, lines: Iterable[str]) -> Iterator[Block]:
        """Yield the records; one without fields has lines that belong to none."""
        block = Block(1)
        for number, line in enumerate(lines, 1):
            text = line.rstrip()
            is_end = not text or bool(_RULE.fullmatch(text.strip()))
            if (is_end and not self.lead) or block.is_full:
                yield from self._whole(block)
                block = Block(number)
            if is_end:
                continue
            found = self.pattern.fullmatch(text)
            if found and found[1].strip() == self.lead and block.lines:
                yield from self._whole(block)
                block = Block(number)
            self._add(block, number, text, found)
        yield from self._whole(block)

    def _add(self, block: Block, number: int, text: str, found: re.Match[str] | None) -> None:
        if not block.lines:
            block.line = number
        block.count(text)
        if found:
            block.fields.append(Field(found[1].strip(), [found[2] or ""]))
        elif block.fields and (text[0] in " \t" or self.certain):
            block.extend(text[1:] if not self.folded else _continued(text))
        else:
            block.others.append((number, text))

    def _whole(self, block: Block) -> Iterator[Block]:
        if block.lines:
            if self.pattern is ATTRIBUTE and block.fields[:1] and "dn" not in block.keys:
                text = " ".join(f"{item.key}:{item.parts[0]}" for item in block.fields)
                block.fields, block.others = [], [*block.others, (block.line, text)]
            for item in block.fields if self.folded != "\n" else ():
                item.parts = [self.folded.join(item.parts)]
                if not self.folded:
                    item.parts = [_decoded(item.parts[0])]
            yield block


def _continued(text: str) -> str:
    """Return a line that continues a value; a point alone is a blank one (Debian)."""
    return "" if text.strip() == "." else text.strip()


def _decoded(value: str) -> str:
    """Return a value of LDIF; base64 that does not hold text stays as it is."""
    if not value.startswith(":"):
        return value.strip()
    try:
        text = base64.b64decode(value[1:].strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return value[1:].strip()
    return " ".join(text.split("\n")).strip()


FORMS = (
    Stanzas("LDIF", ATTRIBUTE, folded=""),
    Stanzas("RIS", TAG, lead="TY", folded=" ", certain=True),
    Stanzas("MEDLINE", TAG, folded=" "),
    Stanzas("key: value", _COLON),
    Stanzas("key = value", _EQUALS),
    Stanzas("key|value", BAR),
)

"""What the whole of a text contains that readers disagree about, or that was lost."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeweave_dagster.core.counted import counted

_C1_CONTROL = re.compile(b"\xc2[\x80-\x9f]")
_REPLACEMENT = "\ufffd".encode()
_LINES_PER_RETURN = 50
"""Lines that end otherwise per carriage return that may be part of a cell, as of a web form."""


@dataclass
class TextScan:
    """Line ends, NULs, C1 control characters and replacement characters of the whole file.

    `stray_returns` are carriage returns within lines, so few that they do not end lines.
    """

    line_end: str = ""
    stray_returns: int = 0
    nul: int = 0
    c1_control: bool = False
    replaced: int = 0

    @property
    def needs_cleaning(self) -> bool:
        """Whether characters are to be removed or decoded otherwise."""
        return bool(self.nul) or self.c1_control or bool(self.stray_returns)


def scan_text(chunks: Iterator[bytes]) -> TextScan:
    """Scan the whole file, in UTF-8, for line ends (`mixed` if there are several) and the like."""
    crlf = lf = cr = 0
    scan = TextScan()
    for chunk in chunks:
        # Looking for a byte takes a tenth of the time of counting it.
        if b"\r" in chunk:
            both = chunk.count(b"\r\n")
            crlf += both
            lf += chunk.count(b"\n") - both
            cr += chunk.count(b"\r") - both
        else:
            lf += b"\n" in chunk
        scan.nul += chunk.count(0) if b"\0" in chunk else 0
        if not chunk.isascii():
            scan.replaced += chunk.count(_REPLACEMENT)
            scan.c1_control = scan.c1_control or _C1_CONTROL.search(chunk) is not None
    if _LINES_PER_RETURN * cr <= crlf + lf:
        scan.stray_returns, cr = cr, 0
    if cr and not crlf and not lf:
        scan.line_end = "\r"
    elif crlf and not cr and not lf:
        scan.line_end = "\r\n"
    else:
        scan.line_end = "mixed" if crlf or cr else "\n"
    return scan


def scan_notes(scan: TextScan, encoding: str, *, broken: bool = False) -> tuple[str, ...]:
    """Return the notes on characters that were removed, decoded otherwise, or lost.

    Args:
        scan: What the text contains.
        encoding: The encoding it was read in.
        broken: Whether the file has bytes that are not in this encoding.
    """
    notes: tuple[str, ...] = ()
    if scan.nul:
        notes += (f"{counted(scan.nul, 'NUL character')} removed.",)
    if scan.stray_returns:
        returns = counted(scan.stray_returns, "carriage return")
        notes += (f"{returns} within lines read as blanks, as lines end otherwise.",)
    if scan.c1_control:
        notes += ("Control characters U+0080 to U+009F were decoded as cp1252.",)
    if scan.replaced:
        characters = counted(scan.replaced, "replacement character")
        cause = (
            "letters were lost before the file was written"
            if encoding.startswith(("utf-8", "ascii")) and not broken
            else f"bytes that {encoding} does not have"
        )
        notes += (f"{characters} (U+FFFD) in the text: {cause}.",)
    return notes

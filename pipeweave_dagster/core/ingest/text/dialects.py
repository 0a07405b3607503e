"""Find separator, quote and escape: the dialect under which a text looks most like a table.

The score is pattern consistency times type score, after van den Burg, Nazábal and Sutton,
"Wrangling messy CSV files by detecting row and type patterns" (2019), with two changes: widths are
compared to the modal width only, so that a preamble or one bad row does not decide, and a column
whose values are of one kind counts for more than mixed ones.
"""

import re
from collections import Counter
from collections.abc import Iterator

from pipeweave_dagster.core.ingest.text.records import Grammar, Record, parse
from pipeweave_dagster.core.ingest.types.value_kinds import TYPED, kind_of

_SEPARATORS = (",", ";", "\t", "|", " ", ":", "^", "~", "#", "&", "!", "\x1f", "\x01")
_RARE = frozenset(":^~#&! ")
_SAMPLE_RECORDS = 400
_SAMPLE_COLUMNS = 60


def find_grammar(sample: str) -> tuple[Grammar, float]:
    """The best grammar for a sample of whole lines, and its score (0 to 1)."""
    scored = [
        (score_of(sample, grammar), -i, grammar) for i, grammar in enumerate(_candidates(sample))
    ]
    if not scored:
        return Grammar(None, _lone_quote(sample)), 0.0
    best = max(scored, key=lambda s: (round(s[0], 9), s[1]))
    if best[2].blanks or best[0] < 0.3:
        cuts = fixed_width(sample)
        score = score_of(sample, cuts) if cuts else 0.0
        if cuts and score > best[0]:
            return cuts, score
    if best[0] < 0.05:
        return Grammar(None, _lone_quote(sample)), best[0]
    return refine(sample, best[2]), best[0]


def _lone_quote(sample: str) -> str | None:
    lines = [line for line in sample.splitlines() if line.strip()]
    quoted = sum(line.startswith('"') and line.endswith('"') and len(line) > 1 for line in lines)
    return '"' if lines and quoted > 0.5 * len(lines) else None


def _candidates(sample: str) -> Iterator[Grammar]:
    lines = [line for line in sample.split("\n") if line.strip()]
    present = Counter(sample)
    for separator in _SEPARATORS:
        holding = sum(separator in line for line in lines)
        if not present[separator] or holding < 0.3 * len(lines):
            continue
        quotes = [q for q in ('"', "'") if _may_quote(sample, separator, q)]
        for quote in (*quotes, None):
            yield Grammar(separator, quote)
            if quote and "\\" + quote in sample:
                yield Grammar(separator, quote, "\\")
            if (
                quote
                and separator != " "
                and 2 * sample.count(separator + " ") > present[separator]
            ):
                yield Grammar(separator + " ", quote)
    if re.search(r"[^\s][ \t]{2,}[^\s]|^ ", sample, re.MULTILINE) or "\t" in sample:
        yield Grammar(" ", '"' if '"' in sample else None, None, blanks=True)


def fixed_width(sample: str) -> Grammar | None:
    """Fields of fixed width: lines of one length with blanks at the same places in all of them."""
    lines = [line for line in sample.split("\n") if line.strip()][:_SAMPLE_RECORDS]
    length, count = Counter(map(len, lines)).most_common(1)[0] if lines else (0, 0)
    if len(lines) < 10 or count < 0.95 * len(lines):
        return None
    whole = [line for line in lines if len(line) == length]
    blank = [all(line[i] == " " for line in whole) for i in range(length)]
    starts = [i for i in range(length) if not blank[i] and (i == 0 or blank[i - 1])]
    return Grammar(None, None, cuts=tuple(starts)) if len(starts) >= 3 else None


def _may_quote(sample: str, separator: str, quote: str) -> bool:
    s, q = re.escape(separator), re.escape(quote)
    opens = len(re.findall(rf"(?:^|{s} ?){q}", sample, re.MULTILINE))
    closes = len(re.findall(rf"{q}\s?(?:$|{s})", sample, re.MULTILINE))
    return opens > 0 and closes > 0


def score_of(sample: str, grammar: Grammar) -> float:
    """How much the sample looks like a table under a grammar (0 to 1)."""
    records = parse(sample, grammar, limit=_SAMPLE_RECORDS).records
    rows = [r for r in records if any(f.strip() for f in r.fields)]
    if not rows:
        return 0.0
    width, count = modal_width(rows)
    if width < 2:
        return 0.0
    consistency = (count / len(rows)) ** 1.5
    broken = sum(r.odd is not None for r in rows) / len(rows)
    if grammar.quote is not None:
        again = parse(sample, grammar, width, limit=_SAMPLE_RECORDS).records
        broken = sum(r.odd == "stray quote" for r in again) / max(1, len(again))
    body = [r.fields for r in rows if len(r.fields) == width]
    kinds = _type_score(body[1:] or body, grammar)
    rare = 0.7 if grammar.separator in _RARE and not grammar.blanks else 1.0
    return float(consistency * kinds * (1 - 1 / width) ** 0.5 * (1 - broken) * rare)


def modal_width(records: list[Record]) -> tuple[int, int]:
    """The commonest number of fields and how many records have it; the wider one of two equals."""
    widths = Counter(len(r.fields) for r in records)
    wide = {w: n for w, n in widths.items() if w > 1}
    # A long preamble or key-value block of width one must not outvote the table.
    if wide and max(wide.values()) >= 0.3 * len(records):
        widths = Counter(wide)
    width = max(widths, key=lambda w: (widths[w], w))
    return width, widths[width]


def _type_score(rows: list[list[str]], grammar: Grammar) -> float:
    """Mean over columns of how much of one kind their values are."""
    scores = []
    for column in zip(*rows, strict=False):
        kinds = Counter(kind_of(v) for v in column)
        filled = len(column) - kinds["empty"]
        if not filled:
            scores.append(0.8)
            continue
        kind, count = max(((k, n) for k, n in kinds.items() if k != "empty"), key=lambda t: t[1])
        purity = count / filled
        worth = 1.0 if kind in TYPED else 0.9 if kind in {"word", "code"} else 0.7
        scores.append(worth * (0.5 + 0.5 * purity) * (1 - 0.8 * _leftover(column, grammar)))
        if len(scores) >= _SAMPLE_COLUMNS:
            break
    return sum(scores) / len(scores)


def _leftover(column: tuple[str, ...], grammar: Grammar) -> float:
    """Share of values that still show quotes or a separator: signs of a wrong dialect."""
    marks = 0
    for value in column:
        text = value.strip()
        half = text[:1] in {'"', "'"} and (text[-1:] != text[:1] or len(text) == 1)
        whole = (
            len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and grammar.quote != text[0]
        )
        marks += half or whole or text.count(";") > 1 or "\t" in text or text.count("|") > 1
    return marks / len(column)


def refine(sample: str, grammar: Grammar) -> Grammar:
    """Take a blank behind (nearly) every separator as part of it."""
    separator = grammar.separator
    if separator is None or separator == " " or grammar.blanks:
        return grammar
    lines = [line for line in sample.split("\n") if separator in line][:_SAMPLE_RECORDS]
    all_, spaced = 0, 0
    for record in parse("\n".join(lines), grammar, limit=_SAMPLE_RECORDS).records:
        inner = record.fields[1:]
        all_ += len(inner)
        spaced += sum(f.startswith((" ", f" {grammar.quote or chr(34)}")) for f in inner)
    if all_ and spaced >= 0.98 * all_:
        return Grammar(
            separator + " ", grammar.quote or _quote_after(lines, separator), grammar.escape
        )
    return grammar


def _quote_after(lines: list[str], separator: str) -> str | None:
    for quote in ('"', "'"):
        if sum(f"{separator} {quote}" in line for line in lines) > 0.1 * len(lines):
            return quote
    return None

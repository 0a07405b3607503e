"""What is usual in a column of the body, as a code length: bits for a cell that stands in it.

A cell is cheap where its kind, shape and length are those of the column or its text occurs again,
and expensive where they are not. The estimates are additive-smoothed counts (Krichevsky and
Trofimov 1981), and a row that is part of the counts is left out of them for its own cost.
"""

import math
import re
from collections import Counter
from functools import lru_cache

from pipeweave_dagster.core.model.null_tokens import is_null_token
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

_IN_PARENTHESES = re.compile(r"\s*\(\d[\d.,]*\)\s*")
_LENGTHS = 8
_PRIOR, _KIND_PRIOR, _ALL_KINDS = 0.3, 0.05, 0.6
_EMPTY_SHARE, _TABLE_WEIGHT = 0.1, 1.5
_BESIDE = 0.2
_NEW_SHAPE_BITS, _COPY_BITS = 3.0, 3.0
_MOST_CHARACTERS = 40
_DIGIT_BITS, _LETTER_BITS = math.log2(10), 4.7


@lru_cache(maxsize=65536)
def cell_kind(text: str) -> str:
    """Classify a cell; a number in parentheses is an amount, as accountants write a loss."""
    if is_null_token(text):
        return "empty"
    return "amount" if _IN_PARENTHESES.fullmatch(text) else kind_of(text)


@lru_cache(maxsize=65536)
def literal_bits(text: str) -> float:
    """Return the bits of a text that nothing predicts: about those of English, and of digits."""
    text = text[:_MOST_CHARACTERS]
    digits = sum(map(str.isdigit, text))
    return digits * _DIGIT_BITS + (len(text) - digits) * _LETTER_BITS


@lru_cache(maxsize=65536)
def shape_of(text: str) -> str:
    """Return the order of digits, capitals, small letters and other characters, without repeats.

    Example:
        >>> shape_of("Smith, John 12"), shape_of("0.25")
        ('Aa, Aa 9', '9.9')
    """
    shape = re.sub(r"[^\W\d_]", lambda m: "A" if m[0].isupper() else "a", text[:24])
    return re.sub(r"(.)\1+", r"\1", re.sub(r"\d", "9", shape))[:10]


class TableModel:
    """Counts of the kinds and shapes of all cells, which the columns of a table tend to share.

    Args:
        rows: Stripped cells of the rows of reference.
    """

    def __init__(self, rows: list[list[str]]) -> None:
        kinds = Counter(cell_kind(cell) for row in rows for cell in row)
        shapes = Counter((cell_kind(cell), shape_of(cell)) for row in rows for cell in row)
        total = sum(kinds.values())
        self._kinds = {k: (n + _KIND_PRIOR) / (total + _ALL_KINDS) for k, n in kinds.items()}
        self._new_kind = _KIND_PRIOR / (total + _ALL_KINDS)
        self._shapes = {key: n / (kinds[key[0]] + 1) for key, n in shapes.items()}

    def share_of(self, kind: str) -> float:
        """Return the share of a kind among all cells; of an unseen one, a small number."""
        own = self._kinds.get(kind, self._new_kind)
        return max(own, _EMPTY_SHARE) if kind == "empty" else own

    def shape_bits(self, kind: str, shape: str) -> float:
        """Return the bits of a shape that is new in its column; numbers share theirs."""
        share = self._shapes.get((kind, shape), 0.0) if kind in TYPED else 0.0
        return min(_NEW_SHAPE_BITS, -math.log2(share) if share else math.inf)


class ColumnModel:
    """Counts of the kinds, shapes, lengths and texts of a column's cells.

    Args:
        cells: The column's stripped texts in the rows of reference.
        table: What the columns have in common.
    """

    def __init__(self, cells: list[str], table: TableModel) -> None:
        self.table = table
        self.texts = Counter(cells)
        self.kinds: Counter[str] = Counter()
        self.shapes: Counter[tuple[str, str]] = Counter()
        self.lengths: Counter[tuple[str, int]] = Counter()
        for text, count in self.texts.items():
            kind = cell_kind(text)
            self.kinds[kind] += count
            self.shapes[kind, shape_of(text)] += count
            self.lengths[kind, len(text).bit_length()] += count
        self.count = len(cells)
        self.shape_count = Counter(kind for kind, _ in self.shapes)

    @property
    def is_blank(self) -> bool:
        """Whether no cell of the column is filled."""
        return self.count > 0 and self.texts[""] == self.count

    def knows_shape(self, text: str) -> bool:
        """Return whether some cell of the column has the kind and shape of a text."""
        return (cell_kind(text), shape_of(text)) in self.shapes

    def copy_bits(self, text: str, *, counted: bool) -> float:
        """Return the bits of pointing at a text that (also) occurs in the column."""
        known = self.texts[text] > int(counted)
        return _COPY_BITS + math.log2(len(self.texts)) if known else math.inf

    def bits(self, text: str, *, counted: bool) -> float:
        """Return the bits of a cell.

        Args:
            text: The stripped cell.
            counted: Whether the cell is one of those that the model has counted.
        """
        kind, own = cell_kind(text), int(counted)
        rows, of_kind = self.count - own, self.kinds[kind] - own
        share = self.table.share_of(kind)
        bits = -math.log2((of_kind + _TABLE_WEIGHT * share) / (rows + _TABLE_WEIGHT))
        if kind == "empty":
            return bits
        bits += self._shape_bits(kind, shape_of(text), of_kind, own)
        place = len(text).bit_length()
        beside = self.lengths[kind, place - 1] + self.lengths[kind, place + 1]
        length = self.lengths[kind, place] - own + _BESIDE * beside
        bits -= math.log2((length + _PRIOR) / ((1 + 2 * _BESIDE) * of_kind + _PRIOR * _LENGTHS))
        return self._mixed(bits + literal_bits(text), text, own)

    def _shape_bits(self, kind: str, shape: str, of_kind: int, own: int) -> float:
        seen = self.shapes[kind, shape] - own
        if seen > 0:
            return -math.log2((seen + _PRIOR) / (of_kind + 1))
        new = min(1.0, (self.shape_count[kind] - own + 1 + _PRIOR) / (of_kind + 1))
        return self.table.shape_bits(kind, shape) - math.log2(new)

    def _mixed(self, novel: float, text: str, own: int) -> float:
        """Return the bits of a text that is either new or one of those that occur again."""
        rows = self.count - own
        share = (self.count - len(self.texts) + 0.5) / (self.count + 1)
        again = self.texts[text] - own
        probability = (1 - share) * 2.0**-novel + (share * again / rows if rows else 0.0)
        return -math.log2(probability) if probability > 0 else novel - math.log2(1 - share)

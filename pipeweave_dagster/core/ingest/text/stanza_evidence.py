"""Whether the first lines of a file are blocks of keys and values, with the same keys again."""

from collections.abc import Collection
from dataclasses import replace

from pipeweave_dagster.core.ingest.text.blocks import Block, counts_of
from pipeweave_dagster.core.ingest.text.stanzas import ATTRIBUTE, BAR, FORMS, TAG, Stanzas

_LEAST_BLOCKS, _LEAST_IN_A_ROW, _FEW_BLOCKS = 3, 5, 5
_LEAST_KEYS_IN_A_ROW = 3
_STRAY, _OUTSIDE, _SHARED, _MOST, _LEADING = 0.02, 0.1, 0.8, 0.8, 0.9
_COMMENT = "#"


def stanzas(head: list[str], known: Collection[str] = ()) -> Stanzas | None:
    """Return how the records of a file are divided; None if its first lines are not such blocks.

    Args:
        head: The first lines of the file, all that belong to a block.
        known: Names of the columns of the training table, of a batch to predict.

    Example:
        >>> lines = ["name: Ann", "age: 4", "", "name: Bo", "age: 5", "", "name: Cy", "age: 7"]
        >>> stanzas(lines).what
        'key: value'
        >>> stanzas(["name: Ann", "age: 4", "", "color: red", "size: 5", "", "fruit: fig"])
    """
    for form in begins_stanzas(head):
        blocks = [*form.blocks(head)]
        if _are_records(form, blocks, known):
            return form
        if len(blocks) == 1 and blocks[0].fields and (divided := _in_a_row(form, head, blocks[0])):
            return divided
    return None


def begins_stanzas(head: list[str]) -> list[Stanzas]:
    """Return the forms that the first line of a file fits, comments aside."""
    first = next((line for line in head if line.strip() and line[0] != _COMMENT), "").rstrip()
    return [form for form in FORMS if form.pattern.fullmatch(first)]


def _are_records(form: Stanzas, blocks: list[Block], known: Collection[str]) -> bool:
    filled = [block for block in blocks if block.fields]
    fields = sum(len(block.fields) for block in filled)
    stray = sum(_strays(block) for block in filled)
    outside = sum(_strays(block) > 0 for block in blocks if not block.fields)
    if not fields or stray > _STRAY * fields or outside > 2 + _OUTSIDE * len(filled):
        return False
    if form.certain:
        return filled[0].fields[0].key == form.lead
    if form.pattern is ATTRIBUTE:
        return True
    if known and 2 * sum(key in known for key in filled[0].keys) >= len(filled[0].keys):
        return True
    return len(filled) >= _LEAST_BLOCKS and _are_alike(filled, form)


def _strays(block: Block) -> int:
    return sum(text[0] != _COMMENT for _, text in block.others)


def _are_alike(blocks: list[Block], form: Stanzas) -> bool:
    """Return whether blocks have the same keys, and several of them."""
    counts, number = counts_of(blocks), len(blocks)
    in_all = sum(count == number for count in counts.values())
    if number < _FEW_BLOCKS and in_all < 2:
        return False
    if form.pattern is BAR and (number < _FEW_BLOCKS or in_all < len(counts)):
        return False
    leading = sum(count >= _LEADING * number for count in counts.values())
    shared = sum(count for count in counts.values() if count > 1)
    several = sum(len(block.keys) > 1 for block in blocks)
    tidy = sum(block.is_tidy or form.pattern is TAG for block in blocks)
    filled = [bool(item.parts[0]) for block in blocks for item in block.fields]
    return (
        leading > 0
        and shared >= _SHARED * counts.total()
        and min(several, tidy) >= _MOST * number
        and 2 * sum(filled) >= len(filled)
    )


def _in_a_row(form: Stanzas, head: list[str], block: Block) -> Stanzas | None:
    """Return how records are divided that follow each other without a blank line between."""
    lead = block.fields[0].key
    divided = replace(form, lead=lead)
    blocks = [block for block in divided.blocks(head) if block.fields]
    keys = [item.key for item in blocks[0].fields]
    alike = sum([item.key for item in block.fields] == keys for block in blocks)
    if len(blocks) < _LEAST_IN_A_ROW or len({*keys}) < _LEAST_KEYS_IN_A_ROW or block.others:
        return None
    return divided if alike >= _MOST * len(blocks) and _are_alike(blocks, form) else None

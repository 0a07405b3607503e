"""Random texts that match a regular expression, and near misses of them."""

import random
from re import _constants as sre
from re import _parser as sre_parser
from typing import Any

_ANY = "09aZ.,:-/+ ()%T\u00e9\u017f\u0131\u212a\u2028"
_WORDS = "abzAZ_059"


def matching(pattern: str, rng: random.Random) -> str:
    """Return a random text that a pattern matches (but for assertions, which are ignored)."""
    return _text(list(sre_parser.parse(pattern)), rng, {})


def near_miss(text: str, rng: random.Random) -> str:
    """Return a text with one character replaced, left out, added, or in another case."""
    at = rng.randrange(len(text) + 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + rng.choice(_ANY) + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    return text[:at] + rng.choice(_ANY) + text[at:] if kind == 2 else text.swapcase()


def _text(items: list[Any], rng: random.Random, groups: dict[int, str]) -> str:
    return "".join(_item(op, value, rng, groups) for op, value in items)


def _item(op: Any, value: Any, rng: random.Random, groups: dict[int, str]) -> str:
    if op is sre.LITERAL:
        letter = chr(value)
        return letter.upper() if rng.random() < 0.2 and len(letter.upper()) == 1 else letter
    if op is sre.IN:
        return _one_of(value, rng)
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        low, high, inner = value
        times = rng.randint(low, min(int(high), low + 3))
        return "".join(_text(list(inner), rng, groups) for _ in range(times))
    if op is sre.SUBPATTERN:
        found = _text(list(value[3]), rng, groups)
        if value[0] is not None:
            groups[value[0]] = found
        return found
    if op is sre.BRANCH:
        return _text(list(rng.choice(value[1])), rng, groups)
    return rng.choice(_ANY) if op in (sre.ANY, sre.NOT_LITERAL) else ""


def _one_of(parts: list[Any], rng: random.Random) -> str:
    if parts[0][0] is sre.NEGATE:
        return rng.choice("xyz")
    op, value = rng.choice(parts)
    if op is sre.RANGE:
        return chr(rng.randint(value[0], value[1]))
    return chr(value) if op is sre.LITERAL else rng.choice(_WORDS)

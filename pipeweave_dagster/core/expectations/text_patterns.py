"""Derives a regular expression from values of the same shape."""

import re

MIN_VALUES = 20
"""With fewer values a common property may be a coincidence."""
_MAX_LENGTH = 100
_RUN = re.compile(r"[A-Za-z]+|[0-9]+")


def common_pattern(values: tuple[str, ...]) -> str | None:
    r"""Return a pattern that all values match if they have the same shape, or None.

    Runs of letters and digits keep their kind, case and length; all other characters are literal.

    Example:
        >>> common_pattern(tuple(f"{number:04}-ORFBO" for number in range(20)))
        '^\\d{4}\\-[A-Z]{5}$'
    """
    shapes = {_shape(v) for v in values if len(v) <= _MAX_LENGTH}
    if len(values) < MIN_VALUES or len(shapes) != 1:
        return None
    shape = shapes.pop()
    return f"^{shape}$" if re.search(r"[A-Za-z0-9]\{|\\d", shape) else None


def _shape(value: str) -> str:
    parts, end = [], 0
    for match in _RUN.finditer(value):
        run = match[0]
        kind = r"\d" if run.isdigit() else _case(run)
        parts += [re.escape(value[end : match.start()]), f"{kind}{{{len(run)}}}"]
        end = match.end()
    return "".join([*parts, re.escape(value[end:])])


def _case(run: str) -> str:
    return "[A-Z]" if run.isupper() else "[a-z]" if run.islower() else "[A-Za-z]"

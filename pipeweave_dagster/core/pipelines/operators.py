"""The closed menu of operators for derived features, each computed row by row.

(A lag is not among them: scoring one row would need the rows before it.)
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "category", "date"]
KIND_OF_USE: dict[str, Kind] = {
    "numeric": "number",
    "clip": "number",
    "log": "number",
    "bin": "number",
    "categorical": "category",
    "hash": "category",
    "boolean": "category",
    "date_parts": "date",
}
"""What a column is to the operators, by the step that handles it; other steps have no operator.

Operators get the values as they were read, before that step transforms them.
"""


@dataclass(frozen=True)
class Operator:
    """One entry of the menu.

    Attributes:
        takes: Kind of each argument, in order.
        about: What it computes, in one sentence; part of requests to advisers, so a change of
            wording makes recorded replies unusable.
        symmetric: Whether the order of the arguments does not matter.
    """

    takes: tuple[Kind, ...]
    about: str
    symmetric: bool = False


OPERATORS: dict[str, Operator] = {
    "ratio": Operator(("number", "number"), "The first over the second; missing where that is 0."),
    "sum": Operator(("number", "number"), "One plus the other.", symmetric=True),
    "difference": Operator(("number", "number"), "The first minus the second."),
    "product": Operator(("number", "number"), "One times the other.", symmetric=True),
    "days_between": Operator(("date", "date"), "Days from the second to the first."),
    "cross": Operator(("category", "category"), "Both together as one category.", symmetric=True),
    "group_mean": Operator(
        ("number", "category"), "Mean of the number in the row's group, from training rows."
    ),
    "group_difference": Operator(
        ("number", "category"), "The number minus the mean of the row's group."
    ),
}

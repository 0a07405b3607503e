"""The option `--no-progress`: what a command shows of a run while it goes on."""

from typing import Annotated, Literal, TypeAlias

import typer

Show: TypeAlias = Literal["nothing", "lines", "movement"]
"""Nothing, a line per stage, or (in a terminal) also a line that moves."""

ShowProgress = Annotated[
    bool,
    typer.Option(
        "--progress/--no-progress",
        help="In a terminal, show stage, time and best score so far in a line that moves.",
    ),
]


def shown(*, progress: bool, as_json: bool) -> Show:
    """Return what the two options ask for; with `--json` that is nothing.

    Example:
        >>> shown(progress=False, as_json=False)
        'lines'
    """
    if as_json:
        return "nothing"
    return "movement" if progress else "lines"

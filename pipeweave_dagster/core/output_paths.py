"""Where results are written: never over what they are made from, and under a name that fits."""

from collections.abc import Sequence
from pathlib import Path

from pipeweave_dagster.core.errors import validation_error


def refuse_input(output: str | Path | None, *inputs: str | Path | None) -> None:
    """Refuse to write over a file that is read, whatever its path is spelled like or links to.

    Args:
        output: Where a result goes; None if it goes nowhere.
        inputs: Files that it is made from; None stands for data without a file.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the output is one of the inputs.
    """
    if output is None or not Path(output).exists():
        return
    for path in inputs:
        if path is not None and Path(path).exists() and Path(output).samefile(path):
            raise validation_error(
                f"{str(output)!r} is the file that is read; the output would overwrite it.",
                fix="Name another output.",
            )


def refuse_suffix(output: str | Path, allowed: Sequence[str]) -> None:
    """Refuse a name that promises another format than the one that is written.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with the endings that are allowed.

    Example:
        >>> refuse_suffix("card.MD", [".md"])
    """
    if Path(output).suffix.casefold() not in allowed:
        raise validation_error(
            f"{Path(output).name!r} does not end in {' or '.join(allowed)}.",
            fix=f"Name it {(Path(output).stem or 'output') + allowed[0]!r}, for example.",
        )

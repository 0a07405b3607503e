"""Whether the services that PipeWeave stands on answer; `pipeweave doctor` and `/health` ask."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeweave_dagster.core.errors import PipeWeaveError

State = Literal["ok", "red", "unknown", "off"]


class UnknownError(Exception):
    """It cannot be told, as another part that would tell it does not answer."""


class OffError(Exception):
    """It is not running, and need not be."""


@dataclass(frozen=True)
class Line:
    """What is known of one part.

    Attributes:
        name: The part.
        state: `unknown` where another part that is red would have to tell it, `off` for what is
            not running and need not be.
        detail: In words.
        seconds: How long it took to find out.
    """

    name: str
    state: State
    detail: str
    seconds: float


def measure(name: str, ask: Callable[[], str], told: Callable[[Exception], str]) -> Line:
    """Ask one part; whatever goes wrong becomes its line, so that the others are still shown.

    Args:
        name: The part.
        ask: Gives a text for people, or raises.
        told: The text of an error; public pages tell less than a terminal.
    """
    began = time.monotonic()
    state: State = "ok"
    try:
        detail = ask()
    except UnknownError as error:
        state, detail = "unknown", str(error)
    except OffError as error:
        state, detail = "off", str(error)
    except Exception as error:  # noqa: BLE001 - see the docstring
        state, detail = "red", told(error)
    return Line(name, state, detail, round(time.monotonic() - began, 3))


def is_well(lines: Sequence[Line]) -> bool:
    """Whether nothing is red."""
    return all(line.state != "red" for line in lines)


def plainly(error: Exception) -> str:
    """What a public page may tell of an error: no addresses, no texts of libraries."""
    if isinstance(error, PipeWeaveError):
        return error.code.value
    return f"does not answer ({type(error).__name__})"


def in_full(error: Exception) -> str:
    """What a terminal tells of an error."""
    if isinstance(error, PipeWeaveError):
        return error.text
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"

"""Health checks of the services that PipeWeave uses, for `pipeweave doctor` and `/health`."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeweave_dagster.core.errors import PipeWeaveError

State = Literal["ok", "red", "unknown", "off"]


class UnknownError(Exception):
    """The state is unknown, because the part that reports it does not respond."""


class OffError(Exception):
    """The part is not running, and need not be."""


@dataclass(frozen=True)
class Health:
    """The state of one part.

    Attributes:
        name: The part.
        state: `unknown` if another part that is red would have to report it, `off` for a part that
            is not running and need not be.
        detail: Description.
        seconds: Duration of the check.
    """

    name: str
    state: State
    detail: str
    seconds: float


def measure(name: str, check: Callable[[], str], describe: Callable[[Exception], str]) -> Health:
    """Check one part; an error becomes its state, so that the others are still shown.

    Args:
        name: The part.
        check: Returns a description, or raises.
        describe: Returns the text of an error; public pages show less than a terminal.
    """
    began = time.monotonic()
    state: State = "ok"
    try:
        detail = check()
    except UnknownError as error:
        state, detail = "unknown", str(error)
    except OffError as error:
        state, detail = "off", str(error)
    except Exception as error:  # noqa: BLE001 - see the docstring
        state, detail = "red", describe(error)
    return Health(name, state, detail, round(time.monotonic() - began, 3))


def is_healthy(parts: Sequence[Health]) -> bool:
    """Return whether no part is red."""
    return all(part.state != "red" for part in parts)


def public_text(error: Exception) -> str:
    """Describe an error on a public page: no addresses, no texts of libraries."""
    if isinstance(error, PipeWeaveError):
        return error.code.value
    return f"does not respond ({type(error).__name__})"


def full_text(error: Exception) -> str:
    """Describe an error in a terminal."""
    if isinstance(error, PipeWeaveError):
        return error.text
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"

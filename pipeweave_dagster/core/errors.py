"""The only error type of PipeWeave, with its seven codes.

The code determines the failure metadata in Dagster, the exit code of the command line and the HTTP
status of the web pages; all three show the same text.
"""

from enum import StrEnum
from typing import Any, Self


class ErrorCode(StrEnum):
    """Kind of an error; each code has one HTTP status and one exit code."""

    VALIDATION_ERROR = "VALIDATION_ERROR"
    NOT_FOUND = "NOT_FOUND"
    UNAUTHORIZED = "UNAUTHORIZED"
    FORBIDDEN = "FORBIDDEN"
    RATE_LIMITED = "RATE_LIMITED"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    INTERNAL_ERROR = "INTERNAL_ERROR"

    @property
    def http_status(self) -> int:
        """The corresponding HTTP status."""
        return _HTTP_STATUS[self]

    @property
    def exit_code(self) -> int:
        """The exit code of the command line (2 is reserved for wrong usage)."""
        return _EXIT_CODE[self]


_HTTP_STATUS = {
    ErrorCode.VALIDATION_ERROR: 422,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.UNAUTHORIZED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.SERVICE_UNAVAILABLE: 503,
    ErrorCode.INTERNAL_ERROR: 500,
}
_EXIT_CODE = {
    ErrorCode.VALIDATION_ERROR: 3,
    ErrorCode.NOT_FOUND: 4,
    ErrorCode.UNAUTHORIZED: 5,
    ErrorCode.FORBIDDEN: 6,
    ErrorCode.RATE_LIMITED: 7,
    ErrorCode.SERVICE_UNAVAILABLE: 8,
    ErrorCode.INTERNAL_ERROR: 1,
}


def _is_open(message: str) -> bool:
    """Return whether a message does not end as a sentence, such as one quoted from a library."""
    return not message.rstrip("\"'`) ").endswith((".", "!", "?", ":", ";", "…"))


class PipeWeaveError(Exception):
    """An error that states what is wrong, where, and how to fix it.

    Args:
        code: One of the seven codes.
        message: What is wrong and where, in one or two sentences.
        fix: How to fix it, as an instruction; empty if there is no remedy.
        details: JSON-serialisable facts (file, column, line, nearest names …), never secrets.
    """

    def __init__(self, code: ErrorCode, message: str, *, fix: str = "", **details: Any) -> None:
        self.code = code
        self.message = message
        self.fix = fix
        self.details = details
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """Message and remedy in one line, as shown to the user."""
        stop = "." if self.fix and _is_open(self.message) else ""
        return f"{self.message}{stop} {self.fix}".strip()

    def envelope(self) -> dict[str, Any]:
        """Return the error as `{code, message, details}`, the form in which it is published."""
        details = {**self.details, "fix": self.fix} if self.fix else dict(self.details)
        return {"code": self.code.value, "message": self.text, "details": details}

    @classmethod
    def from_envelope(cls, envelope: dict[str, Any]) -> Self:
        """Restore an error from its envelope (across the process boundary)."""
        details = dict(envelope.get("details", {}))
        fix = details.pop("fix", "")
        message = str(envelope["message"]).removesuffix(fix).strip()
        return cls(ErrorCode(envelope["code"]), message, fix=fix, **details)


def validation_error(message: str, *, fix: str = "", **details: Any) -> PipeWeaveError:
    """Return an error for invalid input; a retry with the same input fails again."""
    return PipeWeaveError(ErrorCode.VALIDATION_ERROR, message, fix=fix, **details)


def not_found(message: str, *, fix: str = "", **details: Any) -> PipeWeaveError:
    """Return an error for something that does not exist."""
    return PipeWeaveError(ErrorCode.NOT_FOUND, message, fix=fix, **details)


def unavailable(message: str, *, fix: str = "", **details: Any) -> PipeWeaveError:
    """Return an error for a service that did not respond; the only code that is retried."""
    return PipeWeaveError(ErrorCode.SERVICE_UNAVAILABLE, message, fix=fix, **details)

"""Read the forms of the pages: bounded, with a token, and only for whoever may send them."""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from pipeweave_dagster.core.access import Action
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.web.identity import require
from pipeweave_dagster.web.work.form_token import FIELD, check_origin, check_token

FORM_BYTES = 1 << 20
"""Most bytes of a form without a file."""
_MOST_FIELDS = 5_000
_LONGEST_FIELD = 64 << 10


@dataclass(frozen=True)
class Form:
    """The fields of a form; all of them are text that somebody may have made up."""

    fields: FormData

    def text(self, name: str, limit: int = 2_000) -> str:
        """Return a field without surrounding blanks; empty if it is missing.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if it is longer than the limit, in characters.
        """
        value = self.fields.get(name, "")
        text = value.strip() if isinstance(value, str) else ""
        if len(text) > limit:
            raise validation_error(
                f"The field {name!r} has {len(text):,} characters.",
                fix=f"Use at most {limit:,}.",
            )
        return text

    def secret(self, name: str, limit: int) -> str:
        """Return a password as it was typed, with its blanks.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if it is longer than the limit, in characters.
        """
        value = self.fields.get(name, "")
        typed = value if isinstance(value, str) else ""
        if len(typed) > limit:
            raise validation_error("The password is too long.", fix=f"Use at most {limit:,}.")
        return typed

    def ticked(self, name: str) -> bool:
        """Return whether a box is ticked."""
        return bool(self.text(name))

    def file(self, name: str) -> UploadFile:
        """Return an uploaded file.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if none was chosen.
        """
        value = self.fields.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            raise validation_error("No file was chosen.", fix="Choose one, or drop it there.")
        return value


Handler = Callable[[Request, Form], Response]


def posted(
    action: Action, most_bytes: Callable[[Request], int] | int = FORM_BYTES
) -> Callable[[Handler], Callable[[Request], Awaitable[Response]]]:
    """Return a decorator for the handler of a form; the handler runs in a thread.

    Args:
        action: What the sender must be allowed to do, to the data set of the path if it has one.
        most_bytes: Size of the largest request that is read.
    """

    def decorate(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        @functools.wraps(handler)
        async def answer(request: Request) -> Response:
            check_origin(request)
            await run_in_threadpool(require, request, action, dataset_of(request))
            limit = most_bytes if isinstance(most_bytes, int) else most_bytes(request)
            fields = await _read(request, limit)
            try:
                form = Form(fields)
                check_token(request, form.text(FIELD))
                return await run_in_threadpool(handler, request, form)
            finally:
                await fields.close()

        return answer

    return decorate


def dataset_of(request: Request) -> str | None:
    """Return the data set that the path names; None if it names none.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for an invalid name.
    """
    name = request.path_params.get("dataset")
    return None if name is None else check_slug(name)


async def _read(request: Request, limit: int) -> FormData:
    size, receive = 0, request.receive

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(limit)
        return message

    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    try:
        return await Request(request.scope, bounded).form(
            max_files=1, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD
        )
    except HTTPException as error:  # what is no form, or has too many fields
        raise validation_error(
            f"The form cannot be read: {str(error.detail)[:100]}.",
            fix="Load the page again, and send the form once more.",
        ) from error


def _too_large(limit: int) -> Exception:
    return validation_error(
        f"The form is larger than {max(1, limit >> 20):,} MB.",
        fix="Raise MAX_DATASET_SIZE_MB, or use a smaller file.",
    )

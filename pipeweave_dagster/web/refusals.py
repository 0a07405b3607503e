"""The response to a request that does not reach the application."""

import json

from starlette.types import Send

from pipeweave_dagster.core.errors import ErrorCode


async def send_refusal(send: Send, status: int, message: str) -> None:
    """Send the envelope of an error, without the application's error handlers."""
    envelope = {"code": ErrorCode.FORBIDDEN, "message": message, "details": {}}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(envelope).encode()})

"""Real servers that receive alerts: SMTP (aiosmtpd) and HTTP, both on 127.0.0.1."""

import contextlib
import email
import json
import threading
from collections.abc import Iterator
from email import policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipeweave_dagster_tests.servers.process import free_ports


class Mailbox:
    """What arrived, and the Apprise URL of the server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[dict[str, str]] = []
        self.refuses = False

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.received]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Called by aiosmtpd for each message."""
        if self.refuses:
            return "451 try again later"
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        part = message.get_body(("plain",))
        body = part.get_content() if part else ""
        self.received.append({"title": str(message["subject"]), "body": body.replace("\r", "")})
        return "250 OK"


@contextlib.contextmanager
def smtp_mailbox() -> Iterator[Mailbox]:
    """An SMTP server."""
    from aiosmtpd.controller import Controller

    (port,) = free_ports(1)
    who = "from=pipeweave@example.org&to=ops@example.org&mode=insecure"
    box = Mailbox(f"mailto://127.0.0.1:{port}/?{who}")
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@contextlib.contextmanager
def http_mailbox() -> Iterator[Mailbox]:
    """An HTTP server that takes what Apprise's `json://` posts; the path is a secret."""
    box = Mailbox("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(503 if box.refuses else 200)
            self.end_headers()
            if not box.refuses:
                facts = json.loads(content)
                box.received.append(
                    {"title": facts["title"], "body": facts["message"], "type": facts["type"]}
                )

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box.url = f"json://127.0.0.1:{server.server_address[1]}/secret-token-of-the-hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

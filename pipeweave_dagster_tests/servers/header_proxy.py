"""A proxy before an S3 server that makes it as older servers are: deaf to conditional writes."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

_REFUSAL = (
    b"<Error><Code>NotImplemented</Code><Message>A header is not implemented</Message></Error>"
)


@contextmanager
def deaf_proxy(endpoint: str, *, drops: tuple[str, ...], refuses: bool = False) -> Iterator[str]:
    """Yield the address of a proxy that drops these headers, or refuses requests with them."""
    target = urlsplit(endpoint)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            given = {k: v for k, v in self.headers.items() if k.lower() not in drops}
            given.pop("Expect", None)
            given["Content-Length"] = str(len(body))
            if refuses and any(name in self.headers for name in drops):
                self._send(501, {"Content-Type": "application/xml"}, _REFUSAL)
                return
            connection = http.client.HTTPConnection(target.hostname or "", target.port or 80)
            connection.request(self.command, self.path, body, given)
            response = connection.getresponse()
            content = response.read()
            self._send(response.status, dict(response.getheaders()), content)
            connection.close()

        def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                    self.send_header(name, value)
            length = headers.get("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    for verb in ("GET", "PUT", "POST", "DELETE", "HEAD"):
        setattr(Handler, f"do_{verb}", Handler.forward)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

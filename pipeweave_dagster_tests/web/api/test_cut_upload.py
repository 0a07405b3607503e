"""A file that is cut off on its way to a real server is not kept."""

import contextlib
import hashlib
import socket
import threading
import time

import pytest
import uvicorn

from pipeweave_dagster.services.receive import uploads_of
from pipeweave_dagster_tests.servers.process import free_ports

DATA = b"a,b\n1,2\n"


@contextlib.contextmanager
def served(app):
    """The port of a real server in a thread."""
    (port,) = free_ports(1)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()


def send(port, address, data, length):
    """Send a part of what was announced, and hang up."""
    head = [
        f"PUT /api/v1/uploads/{address['upload_id']} HTTP/1.1",
        "Host: 127.0.0.1",
        f"X-Upload-Token: {address['headers']['X-Upload-Token']}",
        f"Content-Length: {length}",
        "Connection: close",
    ]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + data)
        if length > len(data):
            return b""
        return connection.recv(1 << 16)


@pytest.mark.parametrize("sent", [DATA[:5], b""])
def test_what_is_cut_off_never_arrives(api, sent):
    address = api.ask("POST", "/datasets/upload-url", 201, json={"dataset": "new"})
    body = {"upload_id": address["upload_id"], "size_bytes": len(DATA)}
    body["sha256"] = hashlib.sha256(DATA).hexdigest()
    with served(api.app) as port:
        send(port, address, sent, len(DATA))
    assert api.store.storage.stat(f"incoming/{address['upload_id']}/data") is None
    error = api.ask("POST", "/datasets/new/complete", 422, json=body)
    assert "cut off" in error["message"]
    assert uploads_of(api.store, "new") == []
    assert not list(api.settings.cache_folder.glob("tmp*")), "nothing is left behind"
    with served(api.app) as port:
        assert b"200 OK" in send(port, address, DATA, len(DATA))
    api.ask("POST", "/datasets/new/complete", json=body)
    assert len(uploads_of(api.store, "new")) == 1

"""`pipeweave web`: the pages on their own, without Dagster and MLflow."""

import contextlib
import os
import signal
import socket
import sys
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.processes import LOOPBACK, free_port
from pipeweave_dagster.cli.support.supervisor import interrupt


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave web --port 8000`")(web)


def web(
    port: Annotated[
        int, typer.Option(help="Port; if taken, the next free one. 0: any free port.", min=0)
    ] = 8000,
) -> None:
    """Serve the pages and reports on 127.0.0.1 until Ctrl-C.

    Dagster and MLflow are not started; 'pipeweave dev' starts everything.
    """
    home.prepare()
    signal.signal(signal.SIGTERM, interrupt)
    with contextlib.suppress(KeyboardInterrupt), _listening(port) as listener:
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        os.environ["PIPEWEAVE_WEB_URL"] = url
        home.settings.cache_clear()
        sys.stderr.write(f"Pages and reports  {url}\nCtrl-C stops the server.\n")
        sys.stderr.flush()
        _serve(listener)
    sys.stderr.write("Stopped.\n")


def _listening(port: int) -> socket.socket:
    """Bind before the address is printed, so that it is right even for port 0."""
    wanted = free_port(port) if port else 0
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, wanted))
    listener.listen(128)
    return listener


def _serve(listener: socket.socket) -> None:
    import uvicorn

    from pipeweave_dagster.adapters.logs import configure
    from pipeweave_dagster.web import create_app

    settings = home.settings()
    configure(settings.profile, settings.log_level)
    with home.workbench() as bench:
        config = uvicorn.Config(create_app(bench.store, settings), log_level="warning")
        uvicorn.Server(config).run(sockets=[listener])

"""`pipeweave web`: the pages on their own, without Dagster and MLflow."""

import contextlib
import os
import signal
import socket
import sys
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.listening import (
    is_local,
    listening,
    login_warning,
    require_login,
)
from pipeweave_dagster.cli.support.processes import LOOPBACK
from pipeweave_dagster.cli.support.supervisor import interrupt


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave web --port 8000`")(web)


def web(
    port: Annotated[
        int, typer.Option(help="Port; if taken, the next free one. 0: any free port.", min=0)
    ] = 8000,
    host: Annotated[
        str, typer.Option(help="Address; others than loopback need users, see the how-to.")
    ] = LOOPBACK,
) -> None:
    """Serve the pages and reports until Ctrl-C.

    Dagster and MLflow are not started; 'pipeweave dev' starts everything.
    """
    settings = home.prepare()
    if not is_local(host):
        with home.workbench() as bench:
            require_login(settings, bench.store, host)
    signal.signal(signal.SIGTERM, interrupt)
    with contextlib.suppress(KeyboardInterrupt), listening(host, port) as listener:
        url = f"http://{host}:{listener.getsockname()[1]}"
        if is_local(host):  # otherwise others know it under the address that is set
            os.environ["PIPEWEAVE_WEB_URL"] = url
            home.settings.cache_clear()
        sys.stderr.write(f"Pages and reports  {url}\nCtrl-C stops the server.\n")
        sys.stderr.flush()
        _serve(listener)
    sys.stderr.write("Stopped.\n")


def _serve(listener: socket.socket) -> None:
    import uvicorn

    from pipeweave_dagster.adapters.logs import configure
    from pipeweave_dagster.web import create_app

    settings = home.settings()
    configure(settings.profile, settings.log_level)
    with home.workbench() as bench:
        sys.stderr.write(login_warning(settings, bench.store))
        sys.stderr.flush()
        config = uvicorn.Config(create_app(bench.store, settings), log_level="warning")
        uvicorn.Server(config).run(sockets=[listener])

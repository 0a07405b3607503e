"""`pipeweave serve`: score rows by HTTP with the champion of a data set."""

import contextlib
import signal
import socket
import sys
from typing import Annotated

import typer

from pipeweave_dagster.adapters.child_process.model_environment import set_model_environment
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.listening import is_local, listening, require_encryption
from pipeweave_dagster.cli.support.processes import LOOPBACK
from pipeweave_dagster.cli.support.supervisor import interrupt
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave serve titanic --port 8001`")(serve)


def serve(
    name: Annotated[str, typer.Argument(help="Data set whose champion is served.")],
    port: Annotated[
        int, typer.Option(help="Port; if taken, the next free one. 0: any free port.", min=0)
    ] = 8001,
    host: Annotated[
        str, typer.Option(help="Address; others than loopback need PIPEWEAVE_SERVE_TOKEN.")
    ] = LOOPBACK,
) -> None:
    """Serve POST /invocations (as MLflow does), /explain and GET /health until Ctrl-C.

    Promotions, rollbacks and changed settings are followed without a restart.
    """
    set_model_environment()
    settings = home.prepare()
    _require_token(settings, host)
    signal.signal(signal.SIGTERM, interrupt)
    with contextlib.suppress(KeyboardInterrupt), listening(host, port) as listener:
        _serve(name, listener, settings, f"http://{host}:{listener.getsockname()[1]}")
    sys.stderr.write("Stopped.\n")


def _require_token(settings: Settings, host: str) -> None:
    if not is_local(host) and not settings.secret("serve_token"):
        raise validation_error(
            f"{host} may be reached from other machines, and no token is set.",
            fix="Set PIPEWEAVE_SERVE_TOKEN to a long random text, or serve on 127.0.0.1.",
        )
    require_encryption(settings, host)


def _serve(name: str, listener: socket.socket, settings: Settings, address: str) -> None:
    import uvicorn

    from pipeweave_dagster.adapters.logs import configure
    from pipeweave_dagster.web.host_names import hosts_of
    from pipeweave_dagster.web.model_server import FollowedChampion, create_server

    configure(settings.profile, settings.log_level)
    with home.workbench() as bench:
        champion = FollowedChampion(bench, known(bench.store, name))
        sys.stderr.write(f"Champion of {name}  {address}/invocations\nCtrl-C stops the server.\n")
        sys.stderr.flush()
        champion.start()
        hosts = hosts_of(settings.serve_url, settings.services.get("serve", ""))
        app = create_server(champion, hosts, settings.secret("serve_token") or "")
        config = uvicorn.Config(app, log_level="warning", server_header=False)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            champion.stop()

"""Listen on an address; on one that other machines reach, only with a login and encryption."""

import ipaddress
import socket

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.cli.support.processes import LOOPBACK, free_port
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.services.users.directory import has_users
from pipeweave_dagster.services.users.sessions import signing_key
from pipeweave_dagster.settings import Settings


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens, before its address is printed: it is right even for port 0.

    Args:
        host: The address.
        port: The port; on 127.0.0.1 the next free one if it is taken. 0: any free port.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the address cannot be had.
    """
    wanted = free_port(port) if port and host == LOOPBACK else port
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, wanted))
    except OSError as error:
        listener.close()
        raise validation_error(
            f"{host}:{wanted} cannot be served: {error.strerror}.", fix="Choose another --port."
        ) from error
    listener.listen(128)
    return listener


def is_local(host: str) -> bool:
    """Return whether an address is reached from this machine only; a name counts as another."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def require_encryption(settings: Settings, host: str) -> None:
    """Refuse to send passwords and data to other machines in the clear.

    Raises:
        PipeWeaveError: VALIDATION_ERROR unless a setting says that TLS ends before this server.
    """
    if not is_local(host) and not settings.behind_tls_proxy:
        raise validation_error(
            f"{host} may be reached from other machines, and the connection is not encrypted.",
            fix="Put a proxy with TLS in front and set PIPEWEAVE_BEHIND_TLS_PROXY=true, or serve on"
            " 127.0.0.1.",
        )


def login_warning(settings: Settings, store: DocumentStore) -> str:
    """Return a line for the start of the pages if there are users and none can log in."""
    if not has_users(store):
        return ""
    try:
        signing_key(settings)
    except PipeWeaveError as error:
        return f"Nobody can log in: {error.message} {error.fix}, and start this again.\n"
    return ""


def require_login(settings: Settings, store: DocumentStore, host: str) -> None:
    """Refuse to show the pages to other machines before somebody can log in.

    Raises:
        PipeWeaveError: VALIDATION_ERROR without users, a key for sessions, or encryption.
    """
    if is_local(host):
        return
    if not has_users(store):
        raise validation_error(
            f"{host} may be reached from other machines, and there are no users to log in.",
            fix="Add one: pipeweave users add NAME --role admin; or serve on 127.0.0.1.",
        )
    signing_key(settings)
    require_encryption(settings, host)

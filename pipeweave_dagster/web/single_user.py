"""The door of an installation without users: whoever reaches it on this machine is its user."""

import ipaddress

from starlette.requests import HTTPConnection

from pipeweave_dagster.core.access import Principal
from pipeweave_dagster.services.acting import machine_user
from pipeweave_dagster.web.host_names import is_served

_OF_PROXIES = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class SingleUser:
    """Takes every request that this machine sends itself for one of its user.

    A proxy on this machine would make requests of strangers look like that. They are recognised
    by the headers that proxies add, and by a host name that is not a loopback one.
    """

    def identify(self, connection: HTTPConnection) -> Principal | None:
        """Return the user of this machine; None if the request may come from another one."""
        direct = not any(name in connection.headers for name in _OF_PROXIES)
        local = _arrived_on_loopback(connection) and is_served(connection.scope, {"localhost"})
        return machine_user() if direct and local else None

    def owner_of(self, dataset: str, *, changing: bool) -> str | None:
        """Return None: with a single user nothing is private."""
        del dataset, changing
        return None


def _arrived_on_loopback(connection: HTTPConnection) -> bool:
    """Return whether the address at which the server accepted the request is a loopback one."""
    server = connection.scope.get("server")
    try:
        return server is not None and ipaddress.ip_address(server[0]).is_loopback
    except ValueError:
        return False

"""The door of an installation without users: whoever reaches it on this machine is its user."""

import ipaddress

from starlette.requests import HTTPConnection

from pipeweave_dagster.core.access import Principal
from pipeweave_dagster.services.acting import machine_user


class SingleUser:
    """Takes every request that arrives on loopback for one of the user of this machine."""

    def identify(self, connection: HTTPConnection) -> Principal | None:
        """Return the user of this machine; None if the request arrived from another one."""
        return machine_user() if arrived_on_loopback(connection) else None

    def owner_of(self, dataset: str) -> str | None:
        """Return None: with a single user nothing is private."""
        del dataset
        return None


def arrived_on_loopback(connection: HTTPConnection) -> bool:
    """Return whether the address at which the server accepted the request is a loopback one."""
    server = connection.scope.get("server")
    try:
        return server is not None and ipaddress.ip_address(server[0]).is_loopback
    except ValueError:
        return False

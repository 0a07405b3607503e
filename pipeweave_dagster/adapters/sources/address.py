"""The address of a database, and texts without its secrets."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.safe_addresses import is_metadata_host

_SCHEMES = {
    "postgres": ("postgresql", "postgres"),
    "mysql": ("mysql", "mariadb"),
    "mongodb": ("mongodb", "mongodb+srv"),
    "cratedb": ("crate", "http", "https"),
}
_PORTS = {"postgres": 5432, "mysql": 3306, "mongodb": 27017, "cratedb": 4200}
_USER_INFO = re.compile(r"(\w+://)[^/@\s]*@")
_LEAST_SECRET = 3


@dataclass(frozen=True)
class Address:
    """The parts of an address such as `postgresql://user:password@host:5432/shop`.

    Its text has no secrets.
    """

    kind: str
    url: str = field(repr=False)
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    options: dict[str, str] = field(repr=False, default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind} at {self.host}:{self.port}"

    def hidden(self, text: object) -> str:
        """Return a text (an error of a driver) without password, user information or options."""
        shown = _USER_INFO.sub(r"\1***@", str(text))
        secrets = {self.password, unquote(self.password), *self.options.values()}
        user_info = urlsplit(self.url).netloc.rpartition("@")[0]
        for secret in sorted({*secrets, user_info.partition(":")[2], self.url}, key=len)[::-1]:
            if len(secret) >= _LEAST_SECRET:
                shown = shown.replace(secret, "***")
        return " ".join(shown.split())[:500].rstrip(" .?")


def parse_address(kind: str, url: str, variable: str) -> Address:
    """Return the parts of an address.

    Args:
        kind: Kind of the source.
        url: The address.
        variable: Name of the environment variable that holds it, for errors.

    Raises:
        PipeWeaveError: VALIDATION_ERROR, without the address: it may contain a password.

    Example:
        >>> print(parse_address("mysql", "mysql://ann:pw@db/shop", "SHOP_DB"))
        mysql at db:3306
    """
    wanted = _SCHEMES[kind]
    example = f"{wanted[0]}://USER:PASSWORD@HOST:{_PORTS[kind]}/DATABASE"
    problem = validation_error(
        f"The environment variable {variable} holds no address of a {kind} database.",
        fix=f"Set it to {example}; write special characters of the password as %XX.",
        variable=variable,
    )
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS[kind]
    except ValueError:
        raise problem from None
    scheme = parts.scheme.partition("+")[0] if kind != "mongodb" else parts.scheme
    if scheme not in wanted or not parts.hostname or is_metadata_host(parts.hostname):
        raise problem
    return Address(
        kind=kind,
        url=url.strip(),
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=unquote(parts.path.strip("/")),
        options=dict(parse_qsl(parts.query)),
    )

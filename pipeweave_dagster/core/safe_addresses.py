"""Addresses that no setting and no source may name: they give the machine's own credentials."""

import ipaddress
import socket
from urllib.parse import urlsplit

_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data"})
_METADATA_IPV6 = ipaddress.ip_network("fd00:ec2::/64")


def is_metadata_host(host: str) -> bool:
    """Return whether a host is the metadata service of a cloud, or another link-local address.

    Names are not resolved. Numbers are read in every form that a resolver takes.

    Example:
        >>> is_metadata_host("169.254.169.254"), is_metadata_host("2852039166")
        (True, True)
        >>> is_metadata_host("s3.example.org"), is_metadata_host("127.0.0.1")
        (False, False)
    """
    name = host.strip("[]").rstrip(".").lower().partition("%")[0]
    address = _address(name)
    if address is None:
        return name in _METADATA_NAMES
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    return address.is_link_local or (address.version == 6 and address in _METADATA_IPV6)


def check_http_address(url: str) -> str:
    """Return an address of a server if it is plain `http(s)://host[:port][/path]`.

    Raises:
        ValueError: For other schemes, user information, or the metadata service of a cloud.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError("it must be http:// or https:// and a host, without a user")
    if is_metadata_host(parts.hostname):
        raise ValueError("it is a link-local address, which only the machine itself may ask")
    return url


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:  # 2852039166, 0xA9FEA9FE and 169.254.43518 are the same to a resolver
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None

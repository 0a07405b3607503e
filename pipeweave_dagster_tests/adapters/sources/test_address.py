"""Addresses of databases: read whole, and never shown with their secrets."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.adapters.sources.address import parse_address
from pipeweave_dagster.adapters.sources.failures import failure
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=20)


@given(SECRETS)
def test_no_text_of_a_driver_shows_the_password(password: str) -> None:
    encoded = quote(password, safe="")
    url = f"postgresql://ann:{encoded}@db.example:5433/shop?sslmode=require"
    address = parse_address("postgres", url, "DB")
    assert (address.password, address.host, address.port) == (password, "db.example", 5433)
    error = failure(address, None, f'cannot connect to "{url}" with {password} or {encoded}')
    shown = f"{error.envelope()} {address} {address!r}"
    left = shown.replace("***", "")
    assert encoded not in left
    assert password not in left or password in "cannot connect to with or respond retried source"


@pytest.mark.parametrize(
    "url", ["", "shop", "mysql://db/x", "postgresql:///x", "postgresql://h:x/"]
)
def test_what_is_no_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(PipeWeaveError) as refused:
        parse_address("postgres", url, "SHOP_DB")
    assert "SHOP_DB holds no address" in refused.value.message
    assert refused.value.code is ErrorCode.VALIDATION_ERROR


@pytest.mark.parametrize(
    ("sqlstate", "text", "code"),
    [
        (None, "connection refused", ErrorCode.SERVICE_UNAVAILABLE),
        ("57P01", "terminating connection", ErrorCode.SERVICE_UNAVAILABLE),
        ("28P01", "password authentication failed", ErrorCode.UNAUTHORIZED),
        (None, "FATAL: password authentication failed", ErrorCode.UNAUTHORIZED),
        (None, 'database "x" does not exist', ErrorCode.NOT_FOUND),
        ("42P01", "relation does not exist", ErrorCode.NOT_FOUND),
        ("42501", "permission denied", ErrorCode.FORBIDDEN),
        ("22012", "division by zero", ErrorCode.VALIDATION_ERROR),
    ],
)
def test_only_a_server_that_is_away_is_retried(
    sqlstate: str | None, text: str, code: ErrorCode
) -> None:
    address = parse_address("postgres", "postgresql://ann:pw@db/shop", "DB")
    assert failure(address, sqlstate, text).code is code

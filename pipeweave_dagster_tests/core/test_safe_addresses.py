"""Addresses of servers are plain, and never those that give the machine's own credentials."""

import pytest

from pipeweave_dagster.core.safe_addresses import check_http_address, is_metadata_host


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "169.254.170.2", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376",
     "169.254.43518", "fe80::1", "fe80::1%eth0", "[fd00:ec2::254]", "::ffff:169.254.169.254",
     "Metadata.Google.Internal.", "metadata"],
)  # fmt: skip
def test_the_metadata_service_is_known_in_every_form(host):
    assert is_metadata_host(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "s3", "10.0.0.7", "s3.example.org", "::1", "", "1"])
def test_other_hosts_are_not(host):
    assert not is_metadata_host(host)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8333", "https://s3.eu.example.org/x", "http://s3"]
)
def test_plain_addresses_pass(url):
    assert check_http_address(url) == url


@pytest.mark.parametrize(
    "url", ["s3", "ftp://s3", "http://", "http://a@s3", "http://169.254.169.254:80", "http://[::1"]
)
def test_others_are_refused(url):
    with pytest.raises(ValueError, match=r"must be|link-local|Invalid"):
        check_http_address(url)

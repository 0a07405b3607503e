"""A real S3 server behind a faulty network: what passes, what is tried again, what is said."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster.adapters.storage import Storage, open_storage
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.servers.faulty_proxy import FaultyProxy

pytestmark = pytest.mark.server


@pytest.fixture
def proxy(s3_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyProxy]:
    """A proxy, and a storage behind it, by the environment."""
    host, _, port = s3_server.endpoint.removeprefix("http://").partition(":")
    proxy = FaultyProxy(host, int(port))
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("S3_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
    yield proxy
    proxy.close()


@pytest.fixture
def storage(proxy: FaultyProxy) -> Storage:
    return open_storage(Settings())


@pytest.mark.parametrize("kind", ["absent", "match"])
def test_a_conditional_write_whose_response_was_lost_has_succeeded(
    storage: Storage, proxy: FaultyProxy, kind: str
) -> None:
    """The repeated request failed on the first one, and the writer took its own for another's."""
    storage.put_if_absent("other", b"")  # after the trial of conditional writes
    if kind == "match":
        storage.put("x", b"0")
    found = storage.get_tagged("x")
    with proxy.failing("deaf", times=1):
        assert storage.put_if_match("x", b"1", found[1] if found else None)
        assert proxy.times == 0, "one response was lost"
    assert storage.get("x") == b"1"


def test_a_write_of_another_is_never_taken_for_an_own_one(
    storage: Storage, proxy: FaultyProxy
) -> None:
    assert storage.put_if_absent("x", b"same")
    with proxy.failing("reset", times=1):
        assert not storage.put_if_absent("x", b"same")
        assert proxy.times == 0


def test_the_trial_of_conditional_writes_survives_a_lost_response(
    storage: Storage, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run was refused for ever, with the advice to use another server."""
    from pipeweave_dagster.adapters.storage import s3

    monkeypatch.setattr(s3, "_CONDITIONAL", set())
    with proxy.failing("deaf", times=1):
        assert storage.put_if_absent("x", b"1")
        assert proxy.times == 0


def test_a_file_that_is_cut_off_is_read_on(
    storage: Storage, proxy: FaultyProxy, tmp_path: Path
) -> None:
    big = tmp_path / "big"
    big.write_bytes(bytes(range(256)) * (40 << 10))  # 10 MB, in two ranges
    storage.put_file("big", big)
    with proxy.failing("cut", times=3, after=1 << 20):
        storage.fetch("big", tmp_path / "copy")
        assert proxy.times == 0
    assert (tmp_path / "copy").read_bytes() == big.read_bytes()
    assert not list(tmp_path.glob(".*part*"))


@pytest.mark.parametrize("fault", ["refuse", "busy", "cut"])
def test_what_does_not_pass_is_unavailable_and_leaves_nothing(
    storage: Storage, proxy: FaultyProxy, tmp_path: Path, fault: str
) -> None:
    storage.put("x", b"x" * 5000)
    calls: dict[str, Callable[[], object]] = {
        "fetch": lambda: storage.fetch("x", tmp_path / "copy"),
        "get": lambda: storage.get("x"),
        "put": lambda: storage.put("y", b"y"),
        "list": lambda: list(storage.list("")),
    }
    with proxy.failing(fault):
        for call in [calls["fetch"]] if fault == "cut" else calls.values():
            with pytest.raises(PipeWeaveError) as caught:
                call()
            assert caught.value.code == "SERVICE_UNAVAILABLE", caught.value.text
    assert not list(tmp_path.iterdir())
    assert storage.get("x") == b"x" * 5000


def test_a_slow_server_is_waited_for(storage: Storage, proxy: FaultyProxy) -> None:
    proxy.delay_s = 0.1
    with proxy.failing("slow"):
        storage.put("x", b"1")
        assert storage.get("x") == b"1"

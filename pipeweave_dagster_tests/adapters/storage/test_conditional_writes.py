"""A server that ignores conditional writes is refused with words, and doctor says so."""

from typing import Any

import pytest

from pipeweave_dagster.adapters.storage import Storage, open_storage
from pipeweave_dagster.adapters.storage.conditional_writes import require_conditional_writes
from pipeweave_dagster.cli.commands import doctor
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.servers.header_proxy import deaf_proxy


def test_good_stores_pass(any_storage: Storage) -> None:
    require_conditional_writes(any_storage, any_storage.url)
    assert list(any_storage.list("sensors/")) == []


@pytest.mark.server
@pytest.mark.parametrize(
    ("drops", "refuses", "what"),
    [
        (("if-none-match", "if-match"), False, "ignores If-None-Match"),
        (("if-match",), False, "ignores If-Match"),
        (("if-none-match", "if-match"), True, "does not know conditional writes"),
    ],
)
def test_a_deaf_server_is_refused(
    moto_server: Any,
    monkeypatch: pytest.MonkeyPatch,
    drops: tuple[str, ...],
    refuses: bool,
    what: str,
) -> None:
    with deaf_proxy(moto_server.endpoint, drops=drops, refuses=refuses) as endpoint:
        for name, value in moto_server.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("S3_ENDPOINT_URL", endpoint)
        storage = open_storage(Settings())
        storage.put("uploads/a/a.csv", b"a")  # what needs no condition works
        for write in (
            lambda: storage.put_if_absent("x", b"1"),
            lambda: storage.put_if_match("x", b"1", None),
        ):
            with pytest.raises(PipeWeaveError, match=what) as caught:
                write()
            assert caught.value.code == "VALIDATION_ERROR"
        assert storage.stat("x") is None
        assert list(storage.list("sensors/")) == []
        cli_home.settings.cache_clear()
        monkeypatch.setattr(doctor, "_mlflow", lambda _settings: "not asked here")
        lines = {line.name: line for line in doctor.examine(cli_home.prepare(), strict=False)}
        cli_home.settings.cache_clear()
        assert lines["storage"].state == "red"
        assert what in lines["storage"].detail

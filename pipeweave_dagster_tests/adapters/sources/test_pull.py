"""Without the extra `sources`, a pull says what to install."""

import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from pipeweave_dagster.adapters.sources.pull import pull_source
from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.core.errors import PipeWeaveError


@pytest.mark.parametrize(
    ("kind", "package", "what"),
    [
        ("postgres", "adbc_driver_postgresql", {"table": "t"}),
        ("mysql", "pymysql", {"table": "t"}),
        ("mysql", "sqlglot", {"query": "SELECT 1 AS a"}),
        ("mongodb", "pymongo", {"collection": "t"}),
    ],
)
def test_a_missing_driver_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: Any, package: str, what: dict[str, str]
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    scheme = {"postgres": "postgresql"}.get(kind, kind)
    url = SecretStr(f"{scheme}://ann:pw@127.0.0.1:1/shop")
    source = Source(kind=kind, connection="SHOP_DB", **what)  # type: ignore[arg-type]
    with pytest.raises(PipeWeaveError) as refused:
        pull_source("x", source, url, None, tmp_path, 1)
    assert package.replace("_", "-") in refused.value.message
    assert "pip install 'pipeweave[sources]'" in refused.value.fix

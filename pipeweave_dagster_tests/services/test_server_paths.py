"""What a page shows names keys of the storage, and no folder of the server."""

import pytest

from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services.server_paths import error_without_paths, without_paths
from pipeweave_dagster.settings import Settings


@pytest.mark.parametrize(
    ("storage", "text", "shown"),
    [
        ("", "/srv/pw/storage/raw/1f is gone", "raw/1f is gone"),
        ("", "/srv/pw/storage does not have it", "the storage does not have it"),
        ("", "[Errno 28] '/srv/pw/cache/tmp1/data'", "[Errno 28] 'cache/tmp1/data'"),
        ("/data", "/data/uploads/x.csv and /srv/pw/dagster.yaml", "uploads/x.csv and dagster.yaml"),
        ("s3://bucket/team", "s3://bucket/team/raw/1f", "raw/1f"),
        ("/", "/etc/x stays", "/etc/x stays"),
    ],
)  # fmt: skip
def test_paths_become_keys(storage, text, shown):
    settings = Settings(home="/srv/pw", storage=storage)
    assert without_paths({"error": [text, 1, None]}, settings) == {"error": [shown, 1, None]}


def test_an_error_keeps_its_code_and_facts():
    settings = Settings(home="/srv/pw")
    error = not_found("/srv/pw/storage/a", fix="See /srv/pw/storage.", dataset="x")
    shown = error_without_paths(error, settings)
    assert shown.text == "a. See the storage."
    assert (shown.code, shown.details) == (error.code, {"dataset": "x"})

"""A `.env` of one's own is used; one that leads secrets to somebody else is not."""

import os
from pathlib import Path

import pytest

from pipeweave_dagster.core.env_file import check_env_file, refuse_foreign
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.settings import Settings

SENT_TO = {"ENDPOINT": "API_KEY"}


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch):
    """Gives a file to another user, or this process another user where it may not."""

    def give(path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, 4711, -1)
        else:
            monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)

    return give


@pytest.mark.parametrize(
    ("written", "environment"),
    [
        ("", {"API_KEY": "k"}),
        ("ENDPOINT=https://x\nAPI_KEY=k\n", {}),
        ("ENDPOINT=https://x\n", {}),
        ("ENDPOINT=\n", {"API_KEY": "k"}),
        ("ENDPOINT=https://x\n", {"API_KEY": "k", "ENDPOINT": "https://mine"}),
        ("MY_KEY=k\nOTHER=https://x/${MY_KEY}\n", {"MY_KEY": "k"}),
        ("OTHER=${HOME}/x${PORT:-1}\n", {"HOME": "/home/ann", "PORT": "80"}),
        ("OTHER=${MY_KEY}\n", {}),
    ],
)
def test_a_file_of_ones_own_is_used(tmp_path: Path, written, environment) -> None:
    (tmp_path / ".env").write_text(written)
    check_env_file(tmp_path / ".env", environment, SENT_TO)


@pytest.mark.parametrize(
    ("written", "environment", "named"),
    [
        ("ENDPOINT=https://evil\n", {"API_KEY": "k1"}, "API_KEY"),
        ("endpoint=https://evil\n", {"api_key": "k1"}, "API_KEY"),
        # The environment's key is the one that is used.
        ("ENDPOINT=https://evil\nAPI_KEY=k2\n", {"API_KEY": "k1"}, "API_KEY"),
        ("OTHER=https://evil/${MY_TOKEN}\n", {"MY_TOKEN": "k1"}, "MY_TOKEN"),
        ("OTHER=https://evil/${MY_TOKEN}\nMY_TOKEN=a\n", {"MY_TOKEN": "k1"}, "MY_TOKEN"),
        ("OTHER=https://evil/${ MY_TOKEN:-x}\n", {"MY_TOKEN": "k1"}, "MY_TOKEN"),
        ("OTHER=https://evil/${DB}\n", {"DB": "mysql://ann:k1@db/shop"}, "DB"),
    ],
)
def test_a_secret_of_the_environment_is_led_nowhere(
    tmp_path: Path, written, environment, named
) -> None:
    (tmp_path / ".env").write_text(written)
    with pytest.raises(PipeWeaveError, match=named) as refused:
        check_env_file(tmp_path / ".env", environment, SENT_TO)
    assert refused.value.code is ErrorCode.FORBIDDEN
    assert "k1" not in refused.value.text


def test_files_and_homes_of_others_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stranger
) -> None:
    monkeypatch.delenv("PIPEWEAVE_HOME")
    Path(".pipeweave").mkdir()
    Path(".env").write_text("MAX_DATASET_SIZE_MB=7\n")
    assert Settings().max_dataset_size_mb == 7
    stranger(Path(".env"))
    with pytest.raises(PipeWeaveError, match="belongs to another user"):
        Settings()
    Path(".env").unlink()
    stranger(Path(".pipeweave"))
    with pytest.raises(PipeWeaveError, match="belongs to another user"):
        Settings()
    monkeypatch.setenv("PIPEWEAVE_HOME", str(tmp_path / ".pipeweave"))
    Settings()  # whoever names it means it


def test_a_link_is_as_foreign_as_what_it_leads_to(tmp_path: Path, stranger) -> None:
    (tmp_path / "theirs").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    (tmp_path / "broken").symlink_to(tmp_path / "nothing")
    for name in ("link", "broken", "nothing"):
        refuse_foreign(tmp_path / name)
    stranger(tmp_path / "theirs")
    with pytest.raises(PipeWeaveError):
        refuse_foreign(tmp_path / "link")

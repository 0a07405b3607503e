"""Where the value of a setting comes from, and which variables are for whom."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.settings import Settings


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("https://gateway.example/gemini", True),
        ("http://127.0.0.1:8080", True),
        ("http://gateway.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("gateway.example", False),
        ("ftp://127.0.0.1", False),
    ],
)
@pytest.mark.parametrize("variable", ["PIPEWEAVE_ADVISOR_ENDPOINT", "OIDC_ISSUER"])
def test_a_secret_travels_encrypted_or_not_at_all(
    variable: str, address: str, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, address)
    if right:
        assert address in (Settings().advisor_endpoint, Settings().oidc_issuer)
        return
    with pytest.raises(ValidationError, match="https"):
        Settings()


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "do-not-show")
    assert "do-not-show" not in repr(Settings())
    assert Settings().secret("aws_secret_access_key") == "do-not-show"


def test_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAX_DATASET_SIZE_MB=7\n")
    assert Settings().max_dataset_bytes == 7 << 20


def test_the_source_of_a_value_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("MAX_DATASET_SIZE_MB=7\nS3_BUCKET=file\n")
    monkeypatch.setenv("S3_BUCKET", "environment")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("LOG_LEVEL", "")
    found = Settings()
    names = ("max_dataset_size_mb", "s3_bucket", "aws_region", "log_level")
    sources = [found.source_of(name) for name in names]
    assert sources == [".env", "environment", "environment", "default"]
    assert found.s3_bucket == "environment"


def test_a_source_cannot_name_a_variable_of_pipeweave(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ("DATABASE_URL", "MLFLOW_TRACKING_URI", "AWS_SESSION_TOKEN", "PIPEWEAVE_ALERT_OPS")
    for variable in (*own, "SHOP_DB"):
        monkeypatch.setenv(variable, "postgresql://ann:geheim@db/shop")
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    Path(".env").write_text("CRM_DB=mysql://ann:geheim@db/crm\n")
    found = Settings.model_construct()
    assert [found.connection(variable) for variable in own] == [None] * 4
    for variable in ("SHOP_DB", "CRM_DB"):
        address = found.connection(variable)
        assert address is not None
        assert "geheim" not in str(address)
    assert found.connection("NOT_SET") is None


@pytest.mark.parametrize("test", ["one", "another"])
def test_commands_read_the_settings_of_the_test_that_runs_them(test: str, home: Path) -> None:
    """They are read once a process: tests saw those of an earlier one, depending on the order."""
    assert cli_home.settings().home == home, test

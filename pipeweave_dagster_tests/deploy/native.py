"""What a container runs, as processes of this machine.

Each service gets an address of its own in 127.0.0.0/8, so that ports, commands and files stay as
they are. What is changed stands in `Place.translated`, and nowhere else: the address to listen on,
and paths of the container. Host names stay: each process has a hosts file of its own, in a mount
namespace. Only where this machine allows no namespaces, addresses replace the names.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeweave_dagster_tests.deploy import compose

_BIN = Path(sys.executable).parent
_NAMESPACE = ["unshare", "--mount", "--propagation", "private"]
NAMES_VARIABLE = "PIPEWEAVE_TESTS_LOCAL_NAMES"
_ASK = "import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=4)"


@dataclass(frozen=True)
class Place:
    """Where services live on this machine.

    Attributes:
        folder: For volumes and for translated files.
        addresses: Service to its loopback address.
        names: Whether host names are kept, and resolved by a hosts file.
    """

    folder: Path
    addresses: Mapping[str, str]
    names: bool = False
    _hosts: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        names = "|".join(sorted(map(re.escape, self.addresses), key=len, reverse=True))
        with_port = rf"(?:(?<=[/@, ])|^)(?:{names})(?=:\d{{4}})"
        alone = rf"(?<=host: )(?:{names})$|(?<=-ip=)(?:{names})$"
        hosts = re.compile(f"{with_port}|{alone}", re.MULTILINE)
        object.__setattr__(self, "_hosts", hosts)

    def translated(self, text: str, service: compose.Service) -> str:
        """A word or file of a container, as it must read on this machine."""
        own = self.addresses[service.name]
        if not self.names:
            text = self._hosts.sub(lambda m: self.addresses[m[0]], text)
        text = text.replace("0.0.0.0", own)
        for inside, outside in self.paths(service).items():
            text = re.sub(rf"(?<![\w/.-]){re.escape(inside)}(?![\w-])", str(outside), text)
        return text

    def paths(self, service: compose.Service) -> dict[str, Path]:
        """Path in the container to path on this machine."""
        found = {target: self._source(source) for target, source in service.volumes.items()}
        files = compose.image_files() if service.built else {}
        folders = {str(Path(target).parent) for target in files}
        found |= {target: self.folder / "image" / target.strip("/") for target in folders}
        found |= {target: self._copy(service, target) for target in self._mounted(service)}
        found |= {target: self._copy(service, target) for target in service.files}
        return dict(sorted(found.items(), key=lambda item: -len(item[0])))

    def write_files(self, service: compose.Service) -> None:
        """Lay down what is mounted into the container, or copied into its image, translated."""
        sources = dict(self._mounted(service))
        for target, source in sources.items():
            self._write(self._copy(service, target), source, service)
        for target, text in service.files.items():
            self._copy(service, target).parent.mkdir(parents=True, exist_ok=True)
            self._copy(service, target).write_text(text)
        for target, source in (compose.image_files() if service.built else {}).items():
            path = self.folder / "image" / target.strip("/")
            if not path.exists():
                self._write(path, source, service)
        for target, source in service.volumes.items():
            if not source.startswith("./"):
                self.paths(service)[target].mkdir(parents=True, exist_ok=True)

    def environment(self, service: compose.Service) -> dict[str, str]:
        """The whole environment of the service: nothing of the developer's reaches it."""
        own = {**(compose.image_environment() if service.built else {}), **service.environment}
        scratch = self.folder / "scratch" / service.name
        scratch.mkdir(parents=True, exist_ok=True)
        base = {
            "PATH": f"{_BIN}{os.pathsep}{os.defpath}",
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "XDG_DATA_HOME": str(scratch),
            "XDG_CONFIG_HOME": str(scratch),
            "LANG": "C.UTF-8",
            NAMES_VARIABLE: " ".join(self.addresses) if self.names else "",
            # The network guard of the tests (see guard/), where it is installed.
            **{n: os.environ[n] for n in os.environ if n in {"PYTHONPATH", _GUARD_LOG}},
        }
        return base | {name: self.translated(value, service) for name, value in own.items()}

    def command(self, service: compose.Service, words: list[str]) -> list[str]:
        """Program and arguments; programs of other images are those of the test packages."""
        words = [words[0], *(self.translated(word, service) for word in words[1:])]
        if service.image.startswith("chrislusf/seaweedfs") and words[0] == "mini":
            words = ["weed", *words]
        if words[0] == "wget":  # not on every machine, and Python asks the same
            words = ["python", "-c", _ASK, words[-1]]
        return [str(_BIN / words[0]) if (_BIN / words[0]).exists() else words[0], *words[1:]]

    def inside(self, command: list[str]) -> list[str]:
        """The command with the hosts file of the deployment, as Docker gives it to a container."""
        if not self.names:
            return command
        hosts = self.folder / "hosts"
        if not hosts.exists():
            lines = [f"{address} {name}\n" for name, address in self.addresses.items()]
            hosts.write_text("127.0.0.1 localhost\n" + "".join(lines))
        script = 'mount --bind "$0" /etc/hosts && exec "$@"'
        return [*_NAMESPACE, "sh", "-c", script, str(hosts), *command]

    def healthcheck(self, service: compose.Service) -> list[str] | None:
        """The health check, which asks the container's own loopback."""
        if service.healthcheck is None:
            return None
        own = self.addresses[service.name]
        return self.command(service, [w.replace("127.0.0.1", own) for w in service.healthcheck])

    def _mounted(self, service: compose.Service) -> dict[str, Path]:
        return {
            target: compose.ROOT / source
            for target, source in service.volumes.items()
            if source.startswith("./")
        }

    def _copy(self, service: compose.Service, target: str) -> Path:
        return self.folder / "mounts" / service.name / Path(target).name

    def _source(self, source: str) -> Path:
        return self.folder / "volumes" / source

    def _write(self, path: Path, source: Path, service: compose.Service) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.translated(source.read_text(encoding="utf-8"), service))


_GUARD_LOG = "PIPEWEAVE_NETWORK_GUARD_LOG"


def names_can_be_kept() -> bool:
    """Whether this machine lets a process have a hosts file of its own."""
    script = "mount --bind /etc/hosts /etc/hosts"
    try:
        done = subprocess.run([*_NAMESPACE, "sh", "-c", script], check=False, capture_output=True)
    except FileNotFoundError:
        return False
    return done.returncode == 0

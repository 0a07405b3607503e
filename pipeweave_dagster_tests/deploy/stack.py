"""`docker compose up`, `stop`, `start` and `exec`, without Docker."""

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pipeweave_dagster_tests.deploy import compose
from pipeweave_dagster_tests.deploy.bucket import Bucket
from pipeweave_dagster_tests.deploy.loopback import addresses, listens
from pipeweave_dagster_tests.deploy.native import Place, names_can_be_kept
from pipeweave_dagster_tests.deploy.postgres import Postgres
from pipeweave_dagster_tests.deploy.processes import family, kill

_GRACE_S = 10.0


class Stack:
    """Every service of docker-compose.yml as native processes.

    Args:
        folder: For volumes, translated files and logs.
        variables: What stands in `.env`.
        extra: Put into the environment of every service besides.
    """

    def __init__(
        self, folder: Path, variables: Mapping[str, str], extra: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.extra = dict(extra or {})
        names = compose.read(variables).keys()
        self.addresses = addresses(list(names))
        proxy = self.addresses["proxy"]
        public = {
            "PIPEWEAVE_HOST": proxy,
            "PIPEWEAVE_DAGSTER_URL": f"http://{proxy}:3000",
            "PIPEWEAVE_MLFLOW_URL": f"http://{proxy}:5000",
            "PIPEWEAVE_WEB_URL": f"http://{proxy}:8000",
            "S3_PUBLIC_URL": f"http://{proxy}:9000",
        }
        self.variables = {**public, **variables}
        self.services = compose.read(self.variables)
        self.place = Place(folder, self.addresses, names=names_can_be_kept())
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.seconds: dict[str, float] = {}
        self._postgres: Postgres | None = None

    def up(self) -> None:
        """Start everything in the order of its conditions, and wait for every health check."""
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        met: set[str] = set()  # each health check is a process of its own, so it is asked once
        for name in self._order():
            for other, condition in self.services[name].depends_on.items():
                if other not in met:
                    self._wait_for(other, condition)
                if condition != "service_started":
                    met.add(other)
            self.start(name)
        # The daemon's check imports Dagster, and no port tells before it: asked last, it is up.
        for name in sorted(self.services.keys() - met, key=lambda name: name == "daemon"):
            self.wait_healthy(name)

    def start(self, name: str) -> None:
        """Start one service."""
        service = self.services[name]
        self.place.write_files(service)
        if name == "postgres":
            self.running[name] = self._database().start(self.log(name))
            return
        assert service.command is not None
        with self.log(name).open("ab") as output:
            self.running[name] = subprocess.Popen(
                self.place.inside(self.place.command(service, service.command)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment(service),
                cwd=self._working_folder(service),
                start_new_session=True,
            )

    def stop(self, name: str, grace_s: float = _GRACE_S) -> None:
        """Ask a service to end, then kill what is left of it."""
        process = self.running.pop(name)
        members = family(process.pid)
        process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=grace_s)
        kill(members)
        process.wait()

    def down(self) -> None:
        """End everything at once; nothing here is worth a goodbye."""
        for process in self.running.values():
            kill(family(process.pid))
            process.wait()
        self.running.clear()

    def revive(self) -> list[str]:
        """Start again what has ended by itself, as the restart policy says; give their names."""
        ended = [
            name
            for name, process in self.running.items()
            if self.services[name].restart and process.poll() is not None
        ]
        for name in ended:
            self.start(name)
        return ended

    def healthy(self, name: str) -> bool:
        """Whether the health check succeeds."""
        service = self.services[name]
        if name == "postgres":
            return subprocess.run(self._database().ready(), check=False).returncode == 0
        command = self.place.healthcheck(service)
        assert command is not None
        if not listens(command):  # cheaper to find out than by the command, which must start
            return False
        done = subprocess.run(
            self.place.inside(command), check=False, capture_output=True,
            env=self._environment(service), cwd=self._working_folder(service), timeout=60,
        )  # fmt: skip
        return done.returncode == 0

    def wait_healthy(self, name: str, seconds: float = 300) -> None:
        """Return when the health check succeeds; a service without one must have succeeded."""
        if self.services[name].healthcheck is None:
            self._wait_for(name, "service_completed_successfully")
            return
        self.wait(lambda: self.healthy(name), seconds, name)

    def wait(
        self,
        condition: Callable[[], bool],
        seconds: float,
        name: str = "",
        *,
        revive: bool = True,
        every: float = 0.2,
    ) -> None:
        """Return when a condition holds, starting again what ends by itself meanwhile."""
        began = time.monotonic()
        while not condition():
            if revive:
                self.revive()
            late = time.monotonic() - began > seconds
            assert not late, f"{name}: not within {seconds:g} s\n{self.tail(name)}"
            time.sleep(every)
        self.seconds[name] = time.monotonic() - began

    def run(
        self, name: str, *words: str, seconds: float = 120, given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """A command inside a service, as with `docker compose exec`; `given` is what is typed."""
        service = self.services[name]
        return subprocess.run(
            self.place.inside(self.place.command(service, list(words))),
            check=False, capture_output=True, text=True, input=given,
            env=self._environment(service), cwd=self._working_folder(service),
            timeout=seconds,
        )  # fmt: skip

    def dump(self, database: str) -> bytes:
        """Every row of a database, as text."""
        return self._database().dump(database)

    def bucket(self) -> Bucket:
        """The bucket, as whoever has the keys sees it."""
        outside = Place(self.folder, self.addresses)
        return Bucket(outside.environment(self.services["code"]))

    def url(self, port: int) -> str:
        """A published port of the proxy."""
        return f"http://{self.addresses['proxy']}:{port}"

    def log(self, name: str) -> Path:
        """What a service printed, of all its starts."""
        return self.folder / "logs" / f"{name}.log"

    def tail(self, name: str) -> str:
        """The end of what a service printed."""
        path = self.log(name)
        return path.read_text(errors="replace")[-4000:] if path.is_file() else ""

    def _order(self) -> list[str]:
        done: list[str] = []
        while len(done) < len(self.services):
            free = [
                n for n, s in self.services.items() if n not in done and {*s.depends_on} <= {*done}
            ]
            done.append(free[0])
        return done

    def _wait_for(self, name: str, condition: str) -> None:
        if condition == "service_healthy":
            self.wait_healthy(name)
        elif condition == "service_completed_successfully":
            self.wait(lambda: self.running[name].poll() is not None, 300, name)
            assert self.running[name].returncode == 0, f"{name} failed\n{self.tail(name)}"

    def _database(self) -> Postgres:
        if self._postgres is None:
            service = self.services["postgres"]
            folder = self.place.paths(service)["/var/lib/postgresql"]
            scripts = [
                path
                for target, path in self.place.paths(service).items()
                if target.startswith("/docker-entrypoint-initdb.d/")
            ]
            self._postgres = Postgres(
                folder, self.addresses["postgres"], service.environment, scripts
            )
        return self._postgres

    def _environment(self, service: compose.Service) -> dict[str, str]:
        return self.place.environment(service) | self.extra

    def _working_folder(self, service: compose.Service) -> Path:
        return self.place.paths(service).get("/opt/pipeweave/home", self.folder)


@contextlib.contextmanager
def started(
    variables: Mapping[str, str], extra: Mapping[str, str] | None = None
) -> Iterator[Stack]:
    """The whole stack, up and healthy, in a folder that the database's user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="pipeweave-stack-"))
    folder.chmod(0o755)
    stack = Stack(folder, variables, extra)
    try:
        stack.up()
        yield stack
    finally:
        stack.down()
        shutil.rmtree(folder, ignore_errors=True)

"""Databases to pull from, each started once per test process."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster_tests.servers.process import free_ports, kill_group, running

PASSWORD = "s3cret-of-sources"
VARIABLE = "SHOP_DB"


@dataclass(frozen=True)
class Database:
    """Where a server answers; `url` has a password that no output may show."""

    kind: str
    url: str
    port: int

    def execute(self, *statements: str) -> None:
        """Execute statements as its owner."""
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def connect(self) -> Any:
        """Open a connection of the driver, which commits each statement."""
        if self.kind == "postgres":
            import psycopg2

            connection = psycopg2.connect(self.url)
            connection.autocommit = True
            return connection
        import pymysql

        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="ann",
            password=PASSWORD,
            database="shop",
            autocommit=True,
            init_command="SET sql_mode = '', time_zone = '+00:00'",
        )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Database]:
    """PostgreSQL with a database `shop`."""
    from pipeweave_dagster_tests.deploy.postgres import Postgres

    (port,) = free_ports(1)
    facts = {"POSTGRES_USER": "ann", "POSTGRES_PASSWORD": PASSWORD, "POSTGRES_DB": "shop"}
    with _folder() as folder:
        process = Postgres(folder / "c", "127.0.0.1", facts, [], port).start(folder / "log")
        try:
            yield Database("postgres", f"postgresql://ann:{PASSWORD}@127.0.0.1:{port}/shop", port)
        finally:
            kill_group(process)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Database]:
    """MariaDB with a database `shop`; Debian's package mariadb-server-core has it."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    server, install = (shutil.which(n, path=path) for n in ("mariadbd", "mariadb-install-db"))
    if server is None or install is None:
        pytest.skip("MariaDB is not installed (apt-get install mariadb-server-core)")
    (port,) = free_ports(1)
    database = Database("mysql", f"mysql://ann:{PASSWORD}@127.0.0.1:{port}/shop", port)
    with _folder() as folder:
        options = [f"--datadir={folder / 'data'}", f"--user={_user()}"]
        first = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(
            [install, "--no-defaults", *options, *first], check=True, capture_output=True
        )
        script = folder / "init.sql"
        script.write_text(
            "CREATE DATABASE shop CHARACTER SET utf8mb4;\n"
            f"CREATE USER 'ann'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON shop.* TO 'ann'@'127.0.0.1';\n"
        )
        command = [server, "--no-defaults", *options, f"--port={port}", f"--init-file={script}"]
        command += ["--bind-address=127.0.0.1", f"--socket={folder / 's.sock'}"]
        # Small, and nothing that is written outlives the machine.
        command += ["--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0"]
        with running(command, lambda: _connects(database), folder / "log"):
            yield database


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder of the servers' user; pytest's own are closed to it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(folder, _user())
        yield folder


@pytest.fixture(scope="session")
def mongodb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A stand-in that speaks MongoDB's protocol: no real server can be installed everywhere."""
    (port,) = free_ports(1)
    folder = tmp_path_factory.mktemp("mongodb")
    program = Path(sys.executable).with_name("secantusd-py")
    command = [str(program), "--host", "127.0.0.1", "--port", str(port)]
    command += ["--storage-path", str(folder / "data")]
    database = Database("mongodb", f"mongodb://127.0.0.1:{port}/shop", port)
    with running(command, lambda: _pings(database), folder / "log"):
        yield database


def _pings(database: Database) -> bool:
    import pymongo

    with pymongo.MongoClient(database.url, serverSelectionTimeoutMS=500) as client:
        try:
            client.admin.command("ping")
        except pymongo.errors.PyMongoError:
            return False
    return True


def _user() -> str:
    """The user that the servers run as; they refuse to run as root."""
    return "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _connects(database: Database) -> bool:
    import pymysql

    try:
        database.connect().close()
    except pymysql.Error:
        return False
    return True

"""Connect to the scheduler of a Dask cluster, and see that its workers can do the work."""

from typing import Any, cast
from urllib.parse import urlsplit

from pipeweave_dagster.core.errors import PipeWeaveError, unavailable, validation_error

_PATIENCE_S = 30
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def scheduler_address(engine: str) -> str:
    """Return Dask's address of `dask://host:port`.

    Whoever reaches a scheduler can execute anything on its workers, so that of another machine is
    reached by TLS with certificates only, which Dask's own configuration names.
    """
    host, _, port = urlsplit(engine).netloc.rpartition(":")
    protocol = "tcp" if host.strip("[]") in _LOOPBACK else "tls"
    return f"{protocol}://{host}:{port}"


def client_of(engine: str) -> Any:
    """Return an asynchronous client, which connects when it is awaited.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the extra `dask` is not installed.
    """
    try:
        from distributed import Client
        from distributed.security import Security
    except ImportError as error:
        raise validation_error(
            "PIPEWEAVE_ENGINE needs the packages of the extra `dask`, which are not installed.",
            fix="Install pipeweave[dask], or unset PIPEWEAVE_ENGINE.",
        ) from error
    address = scheduler_address(engine)
    client, secured = cast(Any, Client), cast(Any, Security)
    security = secured(require_encryption=True) if address.startswith("tls") else None
    return client(address, asynchronous=True, security=security, timeout=_PATIENCE_S)


async def ready_workers(client: Any) -> list[str]:
    """Return the addresses of the workers; waits half a minute for the first of them.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE without workers, VALIDATION_ERROR if one of them has
            other versions of what computes the features and the model.
    """
    from distributed import TimeoutError as NoWorkers

    try:
        await client.wait_for_workers(1, timeout=_PATIENCE_S)
    except (NoWorkers, TimeoutError) as error:
        raise unavailable(
            f"The Dask cluster at {client.scheduler.address} has no workers.",
            fix="Start `dask worker` with PipeWeave installed; the models of the sample are kept.",
        ) from error
    here, there = versions(), await client.run(versions)
    other = {address: found for address, found in there.items() if found != here}
    if other:
        address, found = min(other.items())
        raise validation_error(
            f"The Dask worker {address} has {_listed(found)}; here there is {_listed(here)}.",
            fix="Install the same release of PipeWeave with its lock file on the workers.",
        )
    return sorted(there)


def versions() -> dict[str, str]:
    """Return the versions, on this machine, of what computes the features and the model."""
    from importlib.metadata import version

    names = ("pipeweave", "xgboost", "scikit-learn", "pandas", "numpy", "pyarrow")
    return {name: version(name) for name in names}


def _listed(found: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in found.items())


def failed(engine: str, error: BaseException) -> PipeWeaveError:
    """Return the error for a cluster that kept failing."""
    return unavailable(
        f"Training on {engine} failed: {type(error).__name__}: {str(error)[:200]}",
        fix="See the logs of the Dask scheduler and its workers.",
    )

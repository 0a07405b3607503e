"""A `.env` of the working folder is taken only where it cannot lead secrets to somebody else."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError

_REFERENCE = re.compile(r"\$\{\s*(\w+)")
_SECRET_NAME = re.compile(r"SECRET|PASSW|TOKEN|KEY|CREDENTIAL", re.IGNORECASE)
_PASSWORD_IN_ADDRESS = re.compile(r"://[^/@\s]*:[^/@\s]+@")
_ROOT = 0


def check_env_file(path: Path, environment: Mapping[str, str], sent_to: Mapping[str, str]) -> None:
    """Refuse a `.env` of another user, and one that leads secrets of the environment elsewhere.

    Whoever writes the file of a folder that somebody else visits, or downloads, decides about
    addresses. Secrets that the visitor has anyway must not go there.

    Args:
        path: The file; it need not exist.
        environment: The variables of the process, which take precedence over the file.
        sent_to: Variable of an address to that of the secret that is sent there.

    Raises:
        PipeWeaveError: FORBIDDEN. The text has names of variables, never their values.
    """
    refuse_foreign(path)
    if not path.is_file():
        return
    written = {n: v for n, v in dotenv_values(path, interpolate=False).items() if v}
    # The settings are read in any case.
    given = {name.upper() for name, value in environment.items() if value}
    named = {name.upper() for name in written} - given
    for address, secret in sent_to.items():
        if address in named and secret in given:
            raise _refused(
                path,
                f"it names the address {address}, to which {secret} of the environment would go",
                f"If you trust it, set {address} in the environment, too.",
            )
    _refuse_references(path, written, environment)


def refuse_foreign(path: Path) -> None:
    """Refuse a file or folder that belongs to another user of this machine.

    What belongs to the administrator is fine, and so is what does not exist. Where files have no
    owners (Windows), nothing is refused.

    Raises:
        PipeWeaveError: FORBIDDEN.
    """
    if not hasattr(os, "geteuid"):
        return
    try:
        owners = {path.lstat().st_uid, path.stat().st_uid}
    except OSError:
        return
    if owners - {_ROOT, os.geteuid()}:
        raise _refused(
            path,
            "it belongs to another user of this machine",
            "Work in a folder of your own. If you trust it, make it yours (chown), or set its"
            " variables in the environment.",
        )


def _refuse_references(
    path: Path, written: Mapping[str, str], environment: Mapping[str, str]
) -> None:
    """Refuse `${NAME}` where the name is that of a secret which only the environment has."""
    above: set[str] = set()
    for name, value in written.items():
        for used in _REFERENCE.findall(value):
            if used not in above and _is_secret(used, environment.get(used, "")):
                raise _refused(
                    path,
                    f"its {name} contains {used} of the environment, which looks like a secret",
                    f"If you trust it, set {name} in the environment instead.",
                )
        above.add(name)


def _is_secret(name: str, value: str) -> bool:
    return bool(value and (_SECRET_NAME.search(name) or _PASSWORD_IN_ADDRESS.search(value)))


def _refused(path: Path, reason: str, fix: str) -> PipeWeaveError:
    return PipeWeaveError(
        ErrorCode.FORBIDDEN,
        f"{str(path.absolute())!r} is not used: {reason}.",
        fix=fix,
    )

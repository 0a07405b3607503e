"""Run a program in a network namespace that holds nothing but this machine's loopback.

Unlike the guard in Python (see `guard/`), the kernel also stops libraries that open their sockets
in C. Called as a script inside the new namespace: raises the loopback device, then becomes the
program.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1


def offline(*command: str | Path) -> list[str | Path] | None:
    """The command line that runs a command without network; None where the kernel refuses."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    enter = [unshare, "--net", "--map-root-user"]
    if subprocess.run([*enter, "true"], check=False, capture_output=True).returncode:
        return None
    return [*enter, sys.executable, __file__, *command]


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP))


if __name__ == "__main__":
    _raise_loopback()
    os.execvp(sys.argv[1], sys.argv[1:])

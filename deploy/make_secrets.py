"""Writes the secrets of a deployment into `.env`: `make secrets`.

What `.env` already holds stays as it is, so it may be called again after an upgrade. Needs nothing
but Python.
"""

import re
import secrets
import string
import sys
from pathlib import Path

_LETTERS = string.ascii_letters + string.digits  # nothing that a shell, YAML or an address reads
SECRETS = {
    "POSTGRES_PASSWORD": 40,
    "AWS_ACCESS_KEY_ID": 20,
    "AWS_SECRET_ACCESS_KEY": 40,
    "PIPEWEAVE_ADMIN_PASSWORD": 32,
    "PIPEWEAVE_VIEWER_PASSWORD": 32,
}
_HEAD = (
    "# Written by 'make secrets'; keep it to yourself. What else may stand here: .env.example.\n"
)


def complete(text: str) -> tuple[str, list[str]]:
    """The text of `.env` with every secret that it lacked, and the names of those."""
    present = set(re.findall(r"^(\w+)=.", text, re.MULTILINE))
    missing = [name for name in SECRETS if name not in present]
    lines = [f"{name}={_secret(SECRETS[name])}\n" for name in missing]
    if text and not text.endswith("\n"):
        text += "\n"
    return (text or _HEAD) + "".join(lines), missing


def _secret(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def main() -> None:
    """Complete the file and say what was done."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else ".env")
    text, made = complete(path.read_text(encoding="utf-8") if path.exists() else "")
    if made:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(text, encoding="utf-8")
    told = f"{path}: made {', '.join(made)}" if made else f"{path} already has every secret"
    sys.stdout.write(f"{told}.\nThe passwords of the web pages stand in it.\n")


if __name__ == "__main__":
    main()

"""Write the secrets of a deployment to `.env`: `make secrets`.

Existing entries of `.env` are kept, so it is safe to repeat after an upgrade. Needs only Python.
"""

import re
import secrets
import string
import sys
from pathlib import Path

_LETTERS = string.ascii_letters + string.digits  # safe in shells, YAML and URLs
SECRETS = {
    "POSTGRES_PASSWORD": 40,
    "AWS_ACCESS_KEY_ID": 20,
    "AWS_SECRET_ACCESS_KEY": 40,
    **{f"{who}_AWS_ACCESS_KEY_ID": 20 for who in ("MLFLOW", "PAGES", "SERVE", "WEB")},
    **{f"{who}_AWS_SECRET_ACCESS_KEY": 40 for who in ("MLFLOW", "PAGES", "SERVE", "WEB")},
    "JWT_SECRET_KEY": 48,
    "PIPEWEAVE_SERVE_TOKEN": 40,
    "PIPEWEAVE_PRIVACY_KEY": 48,
}
_HEAD = "# Written by 'make secrets'; keep it secret. For other settings see .env.example.\n"


def complete(text: str) -> tuple[str, list[str]]:
    """Return the text of `.env` with all missing secrets added, and their names."""
    present = set(re.findall(r"^(\w+)=.", text, re.MULTILINE))
    missing = [name for name in SECRETS if name not in present]
    lines = [f"{name}={_secret(SECRETS[name])}\n" for name in missing]
    if text and not text.endswith("\n"):
        text += "\n"
    return (text or _HEAD) + "".join(lines), missing


def _secret(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def main() -> None:
    """Complete the file and print what was done."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else ".env")
    text, made = complete(path.read_text(encoding="utf-8") if path.exists() else "")
    if made:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(text, encoding="utf-8")
    result = f"{path}: added {', '.join(made)}" if made else f"{path} already has every secret"
    sys.stdout.write(f"{result}.\nIt contains the keys of the deployment.\n")


if __name__ == "__main__":
    main()

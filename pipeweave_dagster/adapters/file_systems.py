"""Which kind of file system a folder is on."""

import re
from pathlib import Path

# On these, file locks are too unreliable for SQLite (sqlite.org/faq.html, question 5).
_NETWORKED = re.compile(
    r"nfs\d?|cifs|smb\w*|afs|9p|fuse\.(sshfs|s3fs|rclone|gcsfuse|glusterfs)|ceph|lustre"
)
_ESCAPE = re.compile(r"\\([0-7]{3})")


def networked(folder: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """Return the kind of file system if a folder is on another machine, else None.

    Args:
        folder: Need not exist yet.
        mounts: The kernel's table of mounts; without it (not Linux) the result is None.
    """
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    mount, kind = "", ""
    target = folder.expanduser().resolve()
    for _device, point, type_, *_rest in (line.split() for line in lines if line.count(" ") >= 2):
        path = _ESCAPE.sub(lambda match: chr(int(match[1], 8)), point)
        if len(path) >= len(mount) and target.is_relative_to(path):
            mount, kind = path, type_
    return kind if _NETWORKED.fullmatch(kind) else None

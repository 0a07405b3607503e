"""What kind of file system a folder lies on."""

import re
from pathlib import Path

# On these, locks of files do not hold what SQLite needs of them (sqlite.org/faq.html, question 5).
_NETWORKED = re.compile(
    r"nfs\d?|cifs|smb\w*|afs|9p|fuse\.(sshfs|s3fs|rclone|gcsfuse|glusterfs)|ceph|lustre"
)
_ESCAPE = re.compile(r"\\([0-7]{3})")


def networked(folder: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """The kind of file system if a folder lies on another machine, else None.

    Args:
        folder: Need not exist yet.
        mounts: The kernel's table of mounts; where there is none, nothing can be told.
    """
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    best, kind = "", ""
    target = folder.expanduser().resolve()
    for _device, point, found, *_rest in (line.split() for line in lines if line.count(" ") >= 2):
        path = _ESCAPE.sub(lambda match: chr(int(match[1], 8)), point)
        if len(path) >= len(best) and target.is_relative_to(path):
            best, kind = path, found
    return kind if _NETWORKED.fullmatch(kind) else None

"""SQLite is refused where its locks do not hold."""

from pathlib import Path

import pytest

from pipeweave_dagster.adapters.file_systems import networked

_MOUNTS = """\
/dev/vda1 / ext4 rw 0 0
server:/export /srv/team nfs4 rw,vers=4.2 0 0
//server/share /srv/my\\040share cifs rw 0 0
me@host: /srv/ssh fuse.sshfs rw 0 0
tmpfs /srv/team/fast tmpfs rw 0 0
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mounts"
    path.write_text(_MOUNTS)
    return path


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/me", None),
        ("/srv/team/pipeweave", "nfs4"),
        ("/srv/teams", None),
        ("/srv/my share/x", "cifs"),
        ("/srv/ssh", "fuse.sshfs"),
        ("/srv/team/fast/x", None),
    ],
)
def test_network_file_systems_are_known(folder: str, kind: str | None, mounts: Path) -> None:
    assert networked(Path(folder), mounts) == kind


def test_a_link_to_another_machine_is_followed(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to(tmp_path / "far")
    table = tmp_path / "mounts"
    table.write_text(f"/dev/vda1 / ext4 rw 0 0\nserver:/x {tmp_path / 'far'} nfs rw 0 0\n")
    assert networked(tmp_path / "near" / "home", table) == "nfs"


def test_without_a_table_of_mounts_nothing_is_claimed(tmp_path: Path) -> None:
    assert networked(tmp_path, tmp_path / "missing") is None

"""Results are never written over what they are made from, nor under a name of another format."""

import os
from pathlib import Path

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.output_paths import refuse_input, refuse_suffix


@pytest.mark.parametrize("spelling", ["a.csv", "../in/a.csv", "link.csv", "hard.csv", "up/a.csv"])
def test_an_input_is_recognised_by_any_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "a.csv").write_text("a\n1\n")
    (folder / "link.csv").symlink_to("a.csv")
    os.link("a.csv", "hard.csv")
    (folder / "up").symlink_to(folder)
    with pytest.raises(PipeWeaveError, match="would overwrite it") as refused:
        refuse_input(spelling, None, folder / "a.csv")
    assert refused.value.code == "VALIDATION_ERROR"


def test_other_files_may_be_written(tmp_path: Path) -> None:
    for name in ("a.csv", "old.csv"):
        (tmp_path / name).write_text("a\n1\n")
    (tmp_path / "dangling.csv").symlink_to("nowhere")
    for name in ("old.csv", "new.csv", "dangling.csv"):
        refuse_input(tmp_path / name, tmp_path / "a.csv", None, tmp_path / "absent.csv")
    refuse_input(None, tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["card.html", "card", "", "x/card.md.gz"])
def test_a_name_promises_the_format_that_is_written(name: str) -> None:
    with pytest.raises(PipeWeaveError, match=r"does not end in \.md or \.markdown\. Name it"):
        refuse_suffix(name, [".md", ".markdown"])

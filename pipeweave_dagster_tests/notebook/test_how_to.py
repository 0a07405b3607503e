"""The code of the how-to guide runs as it stands, but for shorter time budgets."""

import re
from pathlib import Path

import pytest

from pipeweave_dagster.notebook import train_model

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.slow
def test_every_block_runs_in_order(tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train_model, "_EVALUATION_S", 2.0)  # no block asks for all of its parts
    blocks = BLOCK.findall((ROOT / "docs" / "how-to" / "notebook.md").read_text())
    names: dict[str, object] = {}
    for block in blocks:
        exec(re.sub(r"time_budget=\d+", "time_budget=1", block), names)
    assert len(blocks) == 4
    assert (
        names["again"]
        .predict(names["data"].frame)
        .equals(  # type: ignore[attr-defined]
            names["model"].predict(names["data"].frame)  # type: ignore[attr-defined]
        )
    )

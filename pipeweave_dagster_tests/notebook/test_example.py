"""The example notebook runs from top to bottom in a real kernel, but for shorter time budgets."""

import nbformat
import pytest
from nbclient import NotebookClient

from pipeweave_dagster_tests.test_docs import ROOT

FILE = ROOT / "docs" / "examples" / "penguins.ipynb"

# No cell shows all that explains the scores.
SHORT = "from pipeweave_dagster.notebook import train_model\ntrain_model._EVALUATION_S = 2.0"


@pytest.fixture(scope="module")
def stored():
    return nbformat.read(FILE, as_version=4)


def test_it_is_stored_without_outputs(stored):
    nbformat.validate(stored)
    cells = [cell for cell in stored.cells if cell.cell_type == "code"]
    assert not [cell.source for cell in cells if cell.outputs or cell.execution_count]


@pytest.mark.slow
def test_every_cell_runs(stored, tmp_path, monkeypatch):
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    shortened = [c for c in stored.cells if "time_budget = 20" in c.source]
    assert len(shortened) == 1
    shortened[0].source = shortened[0].source.replace("time_budget = 20", "time_budget = 1")
    stored.cells.insert(0, nbformat.v4.new_code_cell(SHORT))
    folder = {"metadata": {"path": str(FILE.parent)}}
    NotebookClient(stored, kernel_name="python3", resources=folder, timeout=120).execute()
    shown = {c.source: c.outputs for c in stored.cells if c.cell_type == "code"}
    assert "text/html" in shown["data.findings"][-1].data
    assert "# Model card: species" in shown["model.card"][-1].data["text/markdown"]
    assert "Gentoo" in next(o for s, o in shown.items() if "visitor" in s)[-1].data["text/plain"]
    [bar] = [outputs for source, outputs in shown.items() if "data.train" in source]
    assert "Training: " in "".join(o.text for o in bar if o.output_type == "stream")
    [same] = [outputs for source, outputs in shown.items() if "pw.load" in source]
    assert same[-1].data["text/plain"] == "True"
    [score] = [outputs for source, outputs in shown.items() if "cross_val_score" in source]
    assert 0.8 < float(score[-1].data["text/plain"].strip("np.float64()")) <= 1

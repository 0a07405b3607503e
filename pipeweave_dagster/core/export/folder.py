"""A model as a folder that predicts without PipeWeave."""

import inspect
import shutil
from pathlib import Path

from pipeweave_dagster.core.documents import PipelineSpec, TrainedModel
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE
from pipeweave_dagster.core.training.artifacts.model_files import DIVISION, MODEL
from pipeweave_dagster.core.training.artifacts.packages import locked, required

_MAIN = '''

def main() -> None:
    """Predict for a CSV or Parquet file: `python score.py ROWS PREDICTIONS.csv`."""
    import sys

    source, target = sys.argv[1:3]
    rows = read_rows(source)
    bundle = load_bundle(Path(__file__).with_name("model.skops"))
    score(bundle, rows).to_csv(target, index_label="row_id")


if __name__ == "__main__":
    main()
'''
_README = """# A standalone model that predicts {target}

    python -m pip install -r requirements.lock
    python score.py ROWS.csv PREDICTIONS.csv

`score.py` contains all the code: how rows become features (`prepare`), and how the predictions of
the fitted scikit-learn pipelines in `model.skops` are averaged. ROWS may be CSV or Parquet with the
columns below; others are ignored, absent ones count as missing. PipeWeave is not needed.

Columns: {features}.

`train.py` (or the notebook `train.ipynb`) trains the model again from the typed table, which
`pipeweave pipelines export NAME --output FOLDER --table` writes here as `table.parquet`:
`python train.py table.parquet MODEL.skops`. `rows.parquet` lists which rows of the table were
used. If there was no time to fit on all of them, the model averages the models of cross-validation
folds.

`requirements.txt` lists the packages that are imported, `requirements.lock` also their
dependencies, pinned to the versions of the machine that wrote this folder.

`pipeline.json` describes the steps, `model.json` the candidates and their scores.
"""


def export_model(
    model: Path, division: Path | None, trained: TrainedModel, spec: PipelineSpec, out: Path
) -> list[str]:
    """Write a standalone folder, and return the names of its files.

    Args:
        model: The model file.
        division: The rows it was trained on (`TrainedModel.division`).
        trained: Its document.
        spec: Its pipeline.
        out: Folder to write to; created if absent.
    """
    from pipeweave_dagster.core.export.notebook import notebook
    from pipeweave_dagster.core.export.script import script
    from pipeweave_dagster.core.model import serving

    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model, out / MODEL)
    copied = [MODEL]
    lines = required(trained.package_versions, model)
    texts = {
        "score.py": inspect.getsource(serving) + _MAIN,
        "requirements.txt": "\n".join([*lines, "pyarrow"]) + "\n",
        "requirements.lock": "\n".join(locked([*lines, "pyarrow"])) + "\n",
        "README.md": _README.format(
            target=" ".join(trained.target.split()),
            features=", ".join(f"`{' '.join(name.split())}`" for name in trained.features),
        ),
        "pipeline.json": spec.to_json().decode(),
        "model.json": trained.to_json().decode(),
    }
    known = all(step.use in CATALOGUE for step in spec.steps)
    training = script(serving.load_bundle(model), trained, spec) if known else None
    if training is not None and division is not None:
        shutil.copyfile(division, out / DIVISION)
        copied.append(DIVISION)
        texts |= {"train.py": training, "train.ipynb": notebook(training)}
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    return [*copied, *texts]

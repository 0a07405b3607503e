"""A model as a folder that predicts without PipeWeave."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from pipeweave_dagster.core.documents import PipelineSpec, TrainedModel
from pipeweave_dagster.core.export.score_main import KEY, PREDICT, PREDICT_TYPED, RUN
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE
from pipeweave_dagster.core.training.artifacts.model_files import DIVISION, MODEL
from pipeweave_dagster.core.training.artifacts.packages import locked, required

READING = "reading.json"
_README = """# A standalone model that predicts {target}

    python -m pip install -r requirements.lock
    python score.py ROWS.csv PREDICTIONS.csv

`score.py` contains all the code: how rows are read (`read_frame`), how they become features
(`prepare`), and how the predictions of the fitted scikit-learn pipelines in `model.skops` are
averaged. ROWS may be delimited text, Parquet, JSON Lines, a JSON list of objects or an Excel
workbook (.xlsx, if openpyxl is installed: `requirements-optional.txt`) with the columns below;
others are ignored. Rows that lack one are refused, unless the data set had `on_missing: score` or
`--on-missing score` is given: then it counts as missing. From Python, `from score import predict`
predicts frames, dicts and arrays. PipeWeave is not needed.

`reading.json` describes how the training data was read: types, formats of dates and numbers, and
the names of columns. Values are read as PipeWeave reads them; what is no value of its column, is
not known to the model, or is written in another way than in the training data is reported.

Columns: {features}.

`train.py` (or the notebook `train.ipynb`) trains the model again from the typed table, which
`pipeweave pipelines export NAME --output FOLDER --table` writes here as `table.parquet`:
`python train.py table.parquet MODEL.skops`. `rows.parquet` lists which rows of the table were
used. If there was no time to fit on all of them, the model is that of one cross-validation fold, or
the mean of those of several.

`requirements.txt` lists the packages that are imported, `requirements.lock` also their
dependencies, pinned to the versions of the machine that wrote this folder.

`pipeline.json` describes the steps, `model.json` the candidates and their scores.
"""
_OF_HASHES = """
The values of these columns were hashed for training: {names}. Before rows with such values are
predicted, set {key} in the environment to the key of the PipeWeave that trained the model:
what that variable is there, or the content of `privacy.key` in its home. It is not in this folder.
"""
_OF_OTHERS = """
It has models of other packages, whose weights are not in this folder. Name them and their local
copies in the environment, as JSON: PIPEWEAVE_MODEL_PLUG_INS='{{"{name}": "PATH"}}'.

{lines}
"""


def export_model(
    model: Path,
    division: Path | None,
    trained: TrainedModel,
    spec: PipelineSpec,
    out: Path,
    on_missing: str = "refuse",
) -> list[str]:
    """Write a standalone folder, and return the names of its files.

    Args:
        model: The model file.
        division: The rows it was trained on (`TrainedModel.division`).
        trained: Its document.
        spec: Its pipeline.
        out: Folder to write to; created if absent.
        on_missing: What `score.py` does with rows that lack a column: `refuse` or `score` them.
    """
    from pipeweave_dagster.core.export.notebook import notebook
    from pipeweave_dagster.core.export.script import script
    from pipeweave_dagster.core.ingest.types.batch_forms import reading_of
    from pipeweave_dagster.core.model.bundle_file import load_bundle
    from pipeweave_dagster.core.model.standalone import standalone_source

    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model, out / MODEL)
    copied = [MODEL]
    lines = required(trained.package_versions, model)
    texts = {
        "score.py": standalone_source() + (PREDICT if trained.columns else PREDICT_TYPED) + RUN,
        "requirements.txt": "\n".join([*lines, "pyarrow"]) + "\n",
        "requirements.lock": "\n".join(locked([*lines, "pyarrow"])) + "\n",
        "requirements-optional.txt": "# To read Excel workbooks.\nopenpyxl\n",
        "README.md": _readme(trained),
        "pipeline.json": spec.to_json().decode(),
        "model.json": trained.to_json().decode(),
    }
    if trained.columns:
        reading = {**reading_of(trained), "on_missing": on_missing}
        texts[READING] = json.dumps(reading, ensure_ascii=False)
    known = all(step.use in CATALOGUE for step in spec.steps) and not trained.plug_ins
    training = script(load_bundle(model), trained, spec) if known else None
    if training is not None and division is not None:
        shutil.copyfile(division, out / DIVISION)
        copied.append(DIVISION)
        texts |= {"train.py": training, "train.ipynb": notebook(training)}
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    return [*copied, *texts]


def hashed_columns(trained: TrainedModel) -> list[str]:
    """Return the features whose values were hashed, which need the key of then."""
    return [c.name for c in trained.columns if c.hash_key and c.name in trained.features]


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{' '.join(name.split())}`" for name in names)


def _readme(trained: TrainedModel) -> str:
    text = _README.format(
        target=" ".join(trained.target.split()),
        features=_quoted(trained.features),
    )
    if hashed := hashed_columns(trained):
        text += _OF_HASHES.format(names=_quoted(hashed), key=KEY)
    if not trained.plug_ins:
        return text
    lines = "\n".join(
        f"- `{one.name}` of {one.package} {one.version}, licence {one.licence}, SHA-256 of its "
        f"weights {one.sha256}"
        for one in trained.plug_ins
    )
    return text + _OF_OTHERS.format(name=trained.plug_ins[0].name, lines=lines)

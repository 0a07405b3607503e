"""One reading of values: the same rows give the same bits, however they come to the model."""

import csv
import io
import random
import subprocess
import sys

import pandas as pd
import pytest

from pipeweave_dagster.core.ingest.types.batch_forms import batch_forms
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster_tests.core.ingest.types.generated_texts import matching
from pipeweave_dagster_tests.core.prediction.odd_tables import TABLES, table
from pipeweave_dagster_tests.factories.ways_in import file_model, text_rows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("ways_in"),
    pytest.mark.filterwarnings("ignore"),  # MLflow asks for type hints
]
SCRIPTS = (
    "import sys, runpy; sys.modules['pipeweave_dagster'] = sys.modules['duckdb'] = None\n"
    "for folder in sys.argv[1:]:\n"
    "    sys.argv = ['score.py', f'{folder}/rows.csv', f'{folder}/predictions.csv']\n"
    "    runpy.run_path(f'{folder}/score.py', run_name='__main__')\n"
)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    made = {}
    for number, name in enumerate(TABLES):
        made[name] = file_model(table(name)[0], "y", "binary", folder / str(number))
    return made


@pytest.fixture(scope="module")
def scripted(models):
    """The predictions of the exported scripts, where neither PipeWeave nor DuckDB is installed."""
    folders = {name: model.exported() for name, model in models.items()}
    for name, folder in folders.items():
        (folder / "rows.csv").write_text(table(name)[0], encoding="utf-8")
    subprocess.run([sys.executable, "-c", SCRIPTS, *folders.values()], check=True)
    return {name: pd.read_csv(folder / "predictions.csv") for name, folder in folders.items()}


def plain(rows):
    """Cells as Python's own values."""
    cells = rows.astype(object)
    return cells.where(cells.notna(), None)


@pytest.mark.parametrize("name", TABLES)
def test_every_way_in_gives_the_same_bits(models, scripted, name, tmp_path):
    model, (content, delimiter) = models[name], table(name)
    found = model.by_file(content)
    truth = found.predictions
    texts, typed = text_rows(content, delimiter), found.rows[model.trained.features]
    typed.to_parquet(tmp_path / "rows.parquet")
    served = model.in_mlflow()
    ways = {
        "texts": model.by_rows(texts).predictions,
        "typed": model.by_rows(typed).predictions,
        "dicts of texts": model.by_rows(texts.to_dict("records")).predictions,
        "dicts of values": model.by_rows(plain(typed).to_dict("records")).predictions,
        "lists": model.by_rows(texts.to_dict("list")).predictions,
        "array": model.by_rows(texts.to_numpy()).predictions,
        "upper case": model.by_rows(texts.rename(columns=str.upper)).predictions,
        "Parquet": model.by_file((tmp_path / "rows.parquet").read_bytes(), "b.parquet").predictions,
        "notebook, texts": model.in_notebook().predict(texts),
        "notebook, typed": model.in_notebook().predict(typed),
        # MLflow itself requires the names of the table, which it shows as inputs.
        "MLflow, texts": served.predict(texts.set_axis(model.trained.table, axis=1)),
        "MLflow, typed": served.predict(typed),
    }
    for way, predictions in ways.items():
        pd.testing.assert_frame_equal(predictions, truth, check_exact=True, obj=way)
    pd.testing.assert_frame_equal(scripted[name].drop(columns="row_id"), truth, check_exact=True)
    assert truth.nunique().min() > 1


def mangled(model, content, delimiter, rng):
    """The file with cells of random columns in random forms of their type, few or all of them."""
    header, *lines = csv.reader(io.StringIO(content), delimiter=delimiter)
    columns = {fold_name(c.original_name): c for c in model.trained.columns}
    for place, name in enumerate(header):
        column = columns.get(fold_name(name))
        forms = batch_forms(column).forms if column and rng.random() < 0.7 else ()
        form, share = rng.choice(forms or [None]), rng.choice([0.02, 0.3, 1.0])
        for line in lines if form else ():
            if rng.random() < share:
                line[place] = " ".join(matching(form.pattern, rng).split())
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([header, *lines])
    return out.getvalue()


@pytest.mark.parametrize("name", TABLES)
def test_other_forms_are_read_and_reported_alike(models, name):
    model, (content, delimiter) = models[name], table(name)
    text = mangled(model, content, delimiter, random.Random(name))
    by_file, by_rows = model.by_file(text), model.by_rows(text_rows(text, delimiter))
    pd.testing.assert_frame_equal(by_rows.predictions, by_file.predictions, check_exact=True)
    general = ("The data contains", "Ignored columns")
    notes = [note for note in by_file.notes if not note.startswith(general)]
    assert sorted(notes) == sorted(by_rows.notes)

"""Labels come back as the training file spells them, so that a join finds every row."""

import json
import shutil

import pandas as pd
import pytest

from pipeweave_dagster.adapters.mlflow_store.pyfunc_model import signature
from pipeweave_dagster.core.evaluation import evaluate
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster_tests.core.training.file_model import model_of, predictions
from pipeweave_dagster_tests.factories.exported_scripts import run_without_pipeweave

pytestmark = pytest.mark.slow

LABELS = [
    ("True", "False"),
    ("TRUE", "FALSE"),
    ("1.0", "2.0"),
    ("$5", "$6"),
    ("10%", "20%"),
    ("1k", "2k"),
    ("+1", "-1"),
    ("yes", "no"),
    ("2020-12-31", "2021-12-31"),
    ("31/12/2020", "31/12/2021"),
    ("007", "008"),
    ("Yes", "NO", "Maybe so"),
    ("100000000000000001", "100000000000000002"),
]


def table(labels, rows=120, delimiter=","):
    """Return a file in which `x` decides the label of nearly every row."""
    lines = [f"x{delimiter}z{delimiter}y"]
    for i in range(rows):
        label = labels[(i if i % 17 else i + 1) % len(labels)]
        lines.append(f"{i % len(labels)}.5{delimiter}{i * 7 % 31}{delimiter}{label}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("labels", LABELS, ids=lambda labels: labels[0])
def test_every_output_has_the_labels_of_the_file(labels, tmp_path):
    text = table(labels)
    own = [line.split(",")[2] for line in text.splitlines()[1:]]
    model = model_of(text, tmp_path, task="binary" if len(labels) == 2 else "multiclass")
    assert set(model.trained.classes) == set(labels)
    assert set(model.schema.target.classes) == set(labels)
    folder = tmp_path / "scored"
    folder.mkdir()
    rows, lines = predictions(model, text, folder)
    for found in (rows, lines):
        hits = [row["prediction"] == label for row, label in zip(found, own, strict=True)]
        assert sum(hits) > 0.85 * len(own)
        assert {f"probability_{label}" for label in labels} <= set(found[0])
    outputs = [column.name for column in signature(model.trained).outputs]
    assert {f"probability_{label}" for label in labels} <= set(outputs)


def test_card_and_exported_scripts_use_them_too(tmp_path):
    text = table(("$5", "$6"))
    model = model_of(text, tmp_path, positive="$6")
    assert model.trained.classes == ["$5", "$6"]
    shown = tmp_path / "evaluation"
    shown.mkdir()
    evaluation = evaluate(
        trained=model.trained,
        spec=model.spec,
        model=model.out / model.trained.evaluated.name,
        test_rows=model.out / "test_rows.parquet",
        out=shown,
    )
    assert {scores.label for scores in evaluation.by_class} == {"$5", "$6"}
    assert "$6" in (shown / "model_card.md").read_text()
    folder = tmp_path / "exported"
    division = model.out / "rows.parquet"
    export_model(model.out / "model.skops", division, model.trained, model.spec, folder)
    shutil.copy(model.data, folder / "table.parquet")
    (folder / "rows.csv").write_text(text)
    run_without_pipeweave(folder, "score.py", "rows.csv", "scored.csv")
    scored = pd.read_csv(folder / "scored.csv")
    assert set(scored["prediction"]) == {"$5", "$6"}
    run_without_pipeweave(folder, "train.py", "table.parquet", "again.skops")
    shutil.copy(folder / "again.skops", folder / "model.skops")
    run_without_pipeweave(folder, "score.py", "rows.csv", "again.csv")
    assert pd.read_csv(folder / "again.csv").equals(scored)


def test_of_several_spellings_the_most_frequent_is_predicted_with_a_note(tmp_path):
    lines = table(("1", "2")).splitlines()
    lines[1:13] = [f"{line}.0" for line in lines[1:13]]
    model = model_of("\n".join(lines), tmp_path)
    assert set(model.trained.classes) == {"1", "2"}
    assert any("`1.0`" in note and "predicted as `1`" in note for note in model.schema.notes)


def test_a_regression_target_stays_a_number(tmp_path):
    text = "x,y\n" + "".join(f"{i % 40}.5,${(i + i * 7 % 9) % 40}.50\n" for i in range(160))
    model = model_of(text, tmp_path)
    assert (model.trained.task, model.trained.classes, model.spec.labels) == ("regression", [], {})


def test_placeholders_of_a_text_target_are_missing_and_counted(tmp_path):
    lines = table(("yes", "no")).splitlines()
    for place, word in enumerate(["NULL", "nan", "NA", "N/A", "?", "n.a.", ""] * 2):
        head = lines[5 + place].rpartition(",")[0]
        lines[5 + place] = f"{head},{word}"
    model = model_of("\n".join(lines), tmp_path)
    assert (model.trained.task, set(model.trained.classes)) == ("binary", {"yes", "no"})
    assert model.trained.rows_dropped == 14
    [finding] = [f for f in model.findings.findings if f.code == "PW104"]
    assert finding.evidence["missing"] == 14
    assert finding.evidence["texts"] == dict.fromkeys(["NULL", "nan", "NA", "N/A", "?", "n.a."], 2)


def test_spellings_of_the_target_are_merged_where_the_settings_say_so(tmp_path):
    lines = table(("Yes", "No")).splitlines()
    lines[3:9] = [line.replace("Yes", "YES").replace("No", " no.") for line in lines[3:9]]
    columns = {"y": {"merge_spellings": True}}
    model = model_of("\n".join(lines), tmp_path, columns=columns)
    assert (model.trained.task, set(model.trained.classes)) == ("binary", {"Yes", "No"})
    assert model.trained.rows_dropped == 0
    [finding] = [f for f in model.findings.findings if f.code == "PW504"]
    assert finding.state == "fixed"
    assert "'YES' as 'Yes'" in finding.message


def test_a_code_of_18_digits_that_decides_the_class_is_learned_and_never_rounded(tmp_path):
    codes = [100000000000000001 + i for i in range(6)]
    own = [("no" if (i % 6 < 3) ^ (i % 13 == 0) else "yes") for i in range(240)]
    lines = [f"{codes[i % 6]},{i * 7 % 31},{label}" for i, label in enumerate(own)]
    lines[7:20:5] = [f",3,{line.rpartition(',')[2]}" for line in lines[7:20:5]]
    text = "code,z,y\n" + "\n".join(lines)
    model = model_of(text, tmp_path)
    assert model.schema.column("code").type == "categorical"
    assert model.trained.verdict == "model"
    document = json.loads(model.findings.to_json())
    assert "1e+17" not in json.dumps(document)
    shown = tmp_path / "evaluation"
    shown.mkdir()
    evaluation = evaluate(
        trained=model.trained,
        spec=model.spec,
        model=model.out / model.trained.evaluated.name,
        test_rows=model.out / "test_rows.parquet",
        out=shown,
    )
    [dependence] = [d for d in evaluation.dependence if d.column == "code"]
    assert set(dependence.at) <= {str(code) for code in codes}
    folder = tmp_path / "scored"
    folder.mkdir()
    rows, _ = predictions(model, text, folder)
    assert sum(r["prediction"] == o for r, o in zip(rows, own, strict=True)) > 210
    exported = tmp_path / "exported"
    export_model(
        model.out / "model.skops", model.out / "rows.parquet", model.trained, model.spec, exported
    )
    (exported / "rows.csv").write_text(text)
    run_without_pipeweave(exported, "score.py", "rows.csv", "scored.csv")
    again = pd.read_csv(exported / "scored.csv")["prediction"].tolist()
    assert again == [row["prediction"] for row in rows]

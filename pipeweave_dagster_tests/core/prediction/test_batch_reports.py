"""Nothing is read otherwise than in training, or left out, in silence."""

import datetime as dt
import io
import runpy
import sys

import numpy as np
import openpyxl
import pandas as pd
import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.types.batch_forms import reading_of
from pipeweave_dagster.core.model.column_names import ColumnsError
from pipeweave_dagster.core.model.read_file import file_rows
from pipeweave_dagster.core.prediction import BatchPolicy
from pipeweave_dagster.core.prediction.loaded_model import LoadedModel
from pipeweave_dagster.core.prediction.score_rows import RowScorer
from pipeweave_dagster_tests.factories.ways_in import file_model, text_rows

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("batch_reports")]
ROWS = 120
DAYS = [dt.date(2020, 1, 1) + dt.timedelta(3 * i) for i in range(ROWS)]


def content(day="%d/%m/%Y", amount=str, town=str, zip_="{:05}", end="%d-%m-%Y", day_of=DAYS):
    lines = ["when,until,amount,town,zip,y"]
    for i, d in enumerate(day_of):
        money = amount(round(75 * (i % 40) - 499.86, 2))
        place = town(["Paris", "Lyon", "Nice"][i % 3])
        label = ["no", "yes"][i % 3 == 0 or i % 40 > 20]
        code = zip_.format(1000 + i % 4)
        lines.append(f"{d:{day}},{d:{end}},{money},{place},{code},{label}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return file_model(content(), "y", "binary", tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def usual(model):
    return model.by_file(content())


def both(model, text):
    """Predictions and notes by file; those of a frame of texts are equal."""
    found, rows = model.by_file(text), model.by_rows(text_rows(text))
    pd.testing.assert_frame_equal(found.predictions, rows.predictions, check_exact=True)
    assert [n for n in found.notes if n.partition(":")[0] in model.trained.features] == [
        n for n in rows.notes if n.partition(":")[0] in model.trained.features
    ]
    return found


def note_on(found, name):
    return " ".join(n for n in found.notes if n.startswith(f"{name}:"))


def test_the_usual_form_needs_no_note(model, usual):
    assert both(model, content()).notes == usual.notes
    assert usual.notes == ["The data contains the target `y`; it was not used."]


SAME = {
    "month first": {"day": "%m/%d/%Y"},
    "thousands": {"amount": lambda v: f'"{v:,.2f}"'},
    "parentheses": {"amount": lambda v: f"({-v})" if v < 0 else str(v)},
    "decimal comma": {"amount": lambda v: f'"{v}"'.replace(".", ",")},
    "decimal comma and points": {
        "amount": lambda v: f'"{v:,.2f}"'.replace(",", "_").replace(".", ",").replace("_", ".")
    },
    "timestamps with a zone": {"day": "%Y-%m-%dT10:00:00Z"},
    "timestamps": {"end": "%d-%m-%Y 08:15"},
    "names of months": {"end": "%d %b %Y"},
    "compact": {"day": "%Y%m%d"},
}


@pytest.mark.parametrize("case", SAME)
def test_what_the_training_reader_reads_is_read_and_reported(model, usual, case):
    found = both(model, content(**SAME[case]))
    pd.testing.assert_frame_equal(found.predictions, usual.predictions, check_exact=True)
    assert found.set_missing == {}
    changed = {"day": "when", "end": "until", "amount": "amount"}[next(iter(SAME[case]))]
    assert "read as" in note_on(found, changed)


def test_a_swapped_order_is_named(model):
    note = note_on(both(model, content(day="%m/%d/%Y")), "when")
    assert "%m/%d/%Y (month first, against the training data)" in note


def test_an_ambiguous_column_follows_the_order_that_another_one_proves(model):
    """`until` could be read either way; `when` of the same file proves the order."""
    days = [dt.date(2020, 1 + i % 12, 1 + i % 11) for i in range(ROWS)]
    late = [d.replace(day=28) for d in days]
    lines = content(end="%m-%d-%Y", day_of=days).splitlines()
    proof = [f"{d:%m/%d/%Y}" for d in late]
    rest = [line.split(",", 1)[1] for line in lines[1:]]
    swapped = [f"{first},{others}" for first, others in zip(proof, rest, strict=True)]
    found = both(model, "\n".join([lines[0], *swapped]) + "\n")
    assert "like other columns of the batch" in note_on(found, "until")
    assert [str(d) for d in found.rows["until"]] == [str(d) for d in days]


def test_both_orders_in_one_column_are_decided_once(model):
    lines = content().splitlines()
    lines[5] = "12/25/2020," + lines[5].split(",", 1)[1]
    found = both(model, "\n".join(lines) + "\n")
    assert found.set_missing == {"when": 1}
    assert "'12/25/2020'" in note_on(found, "when")


UNSEEN = {
    "case": ({"town": str.upper}, "town", "'PARIS'", "'Paris'"),
    "zeros": ({"zip_": "{}"}, "zip", "'1000'", "'01000'"),
}


@pytest.mark.parametrize("case", UNSEEN)
def test_categories_that_were_not_learned_are_counted(model, case):
    change, column, written, known = UNSEEN[case]
    found = both(model, content(**change))
    assert found.scored.unseen_categories == {column: ROWS}
    assert written in note_on(found, column)
    assert known in note_on(found, column)


def test_a_blank_column_is_named(model):
    found = both(model, content(town=lambda _: ""))
    assert found.scored.blank_columns == ["town"]
    assert "no row has a value" in note_on(found, "town")


def test_values_of_no_form_are_counted(model):
    text = content(amount=lambda v: "much" if v > 1500 else str(v))
    found = both(model, text)
    assert found.set_missing == {"amount": text.count("much")}
    assert "set to missing: 'much'" in note_on(found, "amount")


WRONG = {
    "no known name": pd.DataFrame({"a": [1], "b": [2]}),
    "too narrow an array": np.zeros((2, 2)),
    "no column at all": pd.DataFrame(index=range(3)),
    "a dict of others": {"a": 1},
}


@pytest.mark.parametrize("case", WRONG)
def test_rows_without_the_columns_are_refused_with_their_names(model, case):
    with pytest.raises(ColumnsError, match="when"):
        model.by_rows(WRONG[case])


def test_a_missing_column_is_refused_with_its_name_and_a_near_one(model):
    text = content().replace("until,amount", "untill,amount").replace("town", "place", 1)
    with pytest.raises(PipeWeaveError) as refused:
        model.by_file(text, policy=BatchPolicy())
    assert "`until` (the data has `untill`), `town`" in refused.value.message
    assert "on_missing: score" in refused.value.fix
    assert refused.value.details["missing"] == ["until", "town"]
    assert refused.value.details["near"] == {"until": "untill"}
    scored = model.by_file(text, policy=BatchPolicy(on_missing="score"))
    assert scored.scored.missing_columns == ["until", "town"]
    assert len(scored.predictions) == ROWS
    assert "untill" in scored.scored.ignored_columns


def lacking_rows(lacking):
    """A file without `town`, or with another name for `until`."""
    if lacking == "town":
        return text_rows(content()).drop(columns="town").to_csv(index=False)
    return content().replace("until,amount", "untill,amount")


@pytest.mark.parametrize("lacking", ["town", "until"])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_exported_script_refuses_a_missing_column_in_the_same_words(
    model, lacking, ending, tmp_path, monkeypatch
):
    """It predicted the rows as if the column had no value."""
    script = runpy.run_path(str(model.exported() / "score.py"))
    rows, predicted = tmp_path / f"rows.{ending}", tmp_path / "predicted.csv"
    frame = text_rows(lacking_rows(lacking))
    frame.to_csv(rows, index=False) if ending == "csv" else frame.to_parquet(rows)
    monkeypatch.setattr("sys.argv", ["score.py", str(rows), str(predicted)])
    with pytest.raises(SystemExit) as ended:
        script["main"]()
    with pytest.raises(PipeWeaveError) as refused:
        model.by_file(lacking_rows(lacking), policy=BatchPolicy())
    assert str(ended.value).startswith(refused.value.message)
    assert "--on-missing score" in str(ended.value)
    assert not predicted.exists()
    monkeypatch.setattr("sys.argv", [*sys.argv, "--on-missing", "score"])
    script["main"]()
    assert len(pd.read_csv(predicted)) == ROWS
    with pytest.raises(ValueError, match="lacks columns that the model uses"):
        script["predict"](frame)
    records = [*text_rows(content()).to_dict("records"), {"amount": "5"}]
    with pytest.raises(ValueError, match=r"row 120 .*lacks .*null where a value is missing"):
        script["predict"](records)


def in_format(ending):
    """The rows as JSON or as a workbook with a title, codes shown with zeros, and a legend."""
    frame = text_rows(content()).astype({"amount": float})
    if ending != "xlsx":
        return frame.to_json(orient="records", lines=ending == "jsonl").encode()
    book = openpyxl.Workbook()
    book.create_sheet("about").append(["who", "wrote it"])
    sheet = book.active
    sheet.append(["Report"])
    sheet.append(list(frame))
    for when, until, amount, town, zip_, y in frame.itertuples(index=False):
        day = dt.date(*map(int, reversed(when.split("/"))))
        sheet.append([day, until, amount, town, int(zip_), y])
        sheet.cell(sheet.max_row, 5).number_format = "00000"
    sheet.append(["n/a = not stated"])
    book.save(file := io.BytesIO())
    return file.getvalue()


@pytest.mark.parametrize("ending", ["jsonl", "json", "xlsx"])
def test_the_exported_script_reads_other_formats_of_training_files_alike(model, ending, tmp_path):
    (tmp_path / f"rows.{ending}").write_bytes(in_format(ending))
    rows = file_rows(str(tmp_path / f"rows.{ending}"), reading_of(model.trained))
    found = model.by_file(in_format(ending), f"rows.{ending}", BatchPolicy())
    assert len(rows) == ROWS
    predicted = model.by_rows(rows).predictions
    same = found.predictions[list(predicted)]
    pd.testing.assert_frame_equal(predicted, same, check_exact=True)
    assert rows.attrs.get("notes", []) == (ending == "xlsx") * [
        "Read sheet 'Sheet'; not read: about.",
        "Left out 1 line below the rows (line 123: 'n/a = not stated').",
    ]


def test_typed_truth_values_of_a_number_are_noted(model):
    frame = text_rows(content()).drop(columns="y").astype(object)
    frame.loc[:2, "amount"] = [True, False, None]
    notes = model.by_rows(frame).notes
    assert "amount: true or false in 2 rows, read as 1 or 0." in notes
    assert "amount: true or false" in " ".join(model.by_rows(frame.assign(amount=True)).notes)


def test_blanks_are_named_only_where_one_occurs(model):
    text = content(amount=lambda v: f'"{v}"'.replace(".", ",") if v > 99 else str(v))
    found = both(model, text)
    read = "so the whole column is read as numbers with a decimal point or a decimal comma"
    assert read in note_on(found, "amount")
    blanks = text.replace('"', '"1 ', 1)
    assert "thousands ' '" in note_on(both(model, blanks), "amount")


def test_rows_without_names_have_the_copied_columns_and_no_wrong_note(model):
    frame = text_rows(content())
    policy = BatchPolicy(keep=["y", "town"])
    scorer = RowScorer(LoadedModel(model.model, model.trained, policy))
    named = scorer.score(frame)
    assert list(named.predictions["y"]) == list(frame["y"])
    for rows in (frame.to_numpy(), frame.to_numpy().tolist()):
        found = scorer.score(rows)
        pd.testing.assert_frame_equal(found.predictions, named.predictions)
        assert found.notes == named.notes
    wider = scorer.score(np.column_stack([frame.to_numpy(), frame["y"]]))
    assert any("does not use: 6." in note for note in wider.notes)
    narrow = scorer.score(frame.drop(columns="y").to_numpy())
    assert not [note for note in narrow.notes if "Ignored" in note]


def test_single_records_that_lack_columns_are_noted_or_refused(model):
    records = text_rows(content()).drop(columns="y").to_dict("records")
    records[4] = {"town": "Nice"}
    (note,) = [n for n in model.by_rows(records).notes if "lack" in n]
    assert "row 4 (counted from 0) lacks `when`, `until`, `amount`, `zip`" in note
    for given, words in (("score", None), ("refuse", "row 4")):
        policy = BatchPolicy(on_missing=given)
        scorer = RowScorer(LoadedModel(model.model, model.trained, policy))
        if words is None:
            assert note in scorer.score(records).notes
            continue
        with pytest.raises(PipeWeaveError, match=words) as refused:
            scorer.score(records)
        assert refused.value.details["row"] == 4
    with_null = [*records[:4], {**records[0], "town": None}]
    assert not [n for n in scorer.score(with_null).notes if "lack" in n]


def test_reordered_and_further_columns_change_no_prediction(model, usual):
    lines = [",".join([*reversed(line.split(",")), "more"]) for line in content().splitlines()]
    found = model.by_file("\n".join(lines), policy=BatchPolicy())
    same = found.predictions[list(usual.predictions)]
    pd.testing.assert_frame_equal(same, usual.predictions, check_exact=True)
    assert any("Ignored columns that the model does not use: more" in n for n in found.notes)


def test_rows_with_an_unseen_category_are_flagged_refused_or_not_predicted(model, usual):
    lines = content().splitlines()
    lines[4] = lines[4].replace("Paris", "Rome").replace("01003", "99999")
    lines[7] = lines[7].replace("Paris", "Rome")
    text = "\n".join(lines)
    flagged = model.by_file(text, policy=BatchPolicy())
    assert dict(flagged.predictions["unseen_categories"].dropna()) == {3: "town, zip", 6: "town"}
    assert flagged.scored.unseen_categories == {"town": 2, "zip": 1}
    with pytest.raises(PipeWeaveError, match=r"'Rome' .*in row 3") as refused:
        model.by_file(text, policy=BatchPolicy(unseen={"town": "error"}))
    assert refused.value.details["column"] == "town"
    assert "treated as unknown" in note_on(flagged, "town")
    assert "unknown:" not in refused.value.message
    quiet = model.by_file(text, policy=BatchPolicy(unseen={"zip": "abstain"}))
    assert dict(quiet.predictions["abstained"].dropna()) == {3: "unseen zip"}
    assert quiet.scored.abstained == 1
    assert "learned; their rows got no prediction:" in note_on(quiet, "zip")
    assert quiet.predictions.loc[3, ["prediction", "probability_yes"]].isna().all()
    others = quiet.predictions.drop(index=[3, 6])[list(usual.predictions)]
    pd.testing.assert_frame_equal(others, usual.predictions.drop(index=[3, 6]))


def test_blocks_of_any_size_give_the_same_bytes_of_predictions(model, monkeypatch):
    text = content(town=lambda t: "Rome" if t == "Nice" else t)
    whole = model.by_file(text, policy=BatchPolicy(keep=["town"], unseen={"town": "abstain"}))
    for rows in (7, 50):
        monkeypatch.setattr("pipeweave_dagster.core.prediction.score_table.BLOCK_ROWS", rows)
        parts = model.by_file(text, policy=BatchPolicy(keep=["town"], unseen={"town": "abstain"}))
        pd.testing.assert_frame_equal(parts.predictions, whole.predictions, check_exact=True)
        assert parts.notes == whole.notes
        assert parts.scored.counts == whole.scored.counts

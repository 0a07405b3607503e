"""What the exported `score.py` has beside the code of the model: its entry points."""

KEY = "PIPEWEAVE_PRIVACY_KEY"
PREDICT = '''
import argparse
import os

KEY = "PIPEWEAVE_PRIVACY_KEY"
PLUG_INS = "PIPEWEAVE_MODEL_PLUG_INS"


def predict(rows: Any, on_missing: str | None = None) -> PredictedRows:
    """Predict a data frame, a list of dicts, a dict of lists or an array of rows.

    Args:
        rows: The rows.
        on_missing: `refuse` rows that lack a column of the model, or `score` them with it as
            missing; default: what the data set had when the model was exported.
    """
    return predicted_rows(*loaded(), rows, on_missing)


def predicted_rows(
    bundle: dict[str, Any], reading: dict[str, Any], rows: Any, on_missing: str | None
) -> PredictedRows:
    """Predict rows with the model; see `predict`."""
    refuse = (on_missing or reading.get("on_missing", "refuse")) != "score"
    return predict_rows(bundle, reading, rows, os.environ.get(KEY), refuse=refuse)


def loaded() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the model, and how its training data was read."""
    folder = Path(__file__).parent
    reading = json.loads((folder / "reading.json").read_text(encoding="utf-8"))
    allowed = json.loads(os.environ.get(PLUG_INS) or "{}")
    return load_bundle(folder / "model.skops", allowed), reading


def main() -> None:
    """Predict a file of rows: `python score.py ROWS PREDICTIONS.csv`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("rows", metavar="ROWS")
    parser.add_argument("predictions", metavar="PREDICTIONS.csv")
    parser.add_argument("--on-missing", choices=["refuse", "score"])
    asked = parser.parse_args()
    try:
        bundle, reading = loaded()
        rows = file_rows(asked.rows, reading)
        predicted = predicted_rows(bundle, reading, rows, asked.on_missing)
    except (ColumnsError, PlugInError) as error:
        sys.exit(str(error))
    for note in [*rows.attrs.get("notes", ()), *predicted.notes]:
        print(f"note: {note}", file=sys.stderr)
    predicted.predictions.to_csv(asked.predictions, index_label="row_id")
'''
# For models of earlier versions, which do not know how their training data was read.
PREDICT_TYPED = '''
import os

PLUG_INS = "PIPEWEAVE_MODEL_PLUG_INS"


def main() -> None:
    """Predict for a CSV or Parquet file: `python score.py ROWS PREDICTIONS.csv`."""
    source, target = sys.argv[1:3]
    rows = read_rows(source)
    allowed = json.loads(os.environ.get(PLUG_INS) or "{}")
    try:
        bundle = load_bundle(Path(__file__).with_name("model.skops"), allowed)
    except PlugInError as error:
        sys.exit(str(error))
    score(bundle, rows).to_csv(target, index_label="row_id")
'''
RUN = """


if __name__ == "__main__":
    main()
"""

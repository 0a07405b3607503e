"""A file is looked into before anything is trained, and its settings are checked before its run."""

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.receive import settings_of, uploads_of

HOSTILE = "<script>alert(1)</script>"
ROWS = "\n".join(f"{i},{i * 7 % 13}.5,{'yes' if i % 3 else 'no'}" for i in range(60))
CSV = f'id,"{HOSTILE}",churn\n{ROWS}\n'.encode()


def uploads(someone, name="churn.csv", content=CSV, dataset="", **more):
    return someone.sends(
        "/upload", {"dataset": dataset}, files={"file": (name, content, "text/csv")}, **more
    )


def landed(someone, dataset):
    return [u.file_name for u in uploads_of(someone.store, dataset)]


def test_a_file_is_shown_before_it_lands_and_its_run_starts_with_the_settings(person):
    ada = person(Role.EDITOR)
    ada.store.storage.put("uploads/churn/pipeweave.yaml", b"# ours\nquality: fast  # enough\n")
    answer = uploads(ada)
    assert answer.status_code == 303
    where = answer.headers["location"]
    page = ada.opens(where).text
    assert "60 rows, 3 columns" in page
    assert "delimiter &#39;,&#39;" in page
    assert "<strong><bdi>churn</bdi></strong> (binary)" in page
    assert 'value="fast" selected' in page
    assert HOSTILE not in page
    assert "identifier, identifier" not in page
    assert "Starting a run saves what you changed in <code>uploads/churn/pipeweave.yaml" in page
    assert landed(ada, "churn") == ["pipeweave.yaml"]

    wrong = ada.sends(where, {"target": "churn", "positive": "maybe"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true" aria-describedby="positive-note positive-error"' in wrong.text
    assert landed(ada, "churn") == ["pipeweave.yaml"]

    checked = ada.sends(where, {"target": "churn", "quality": "fast", "do": "check"})
    assert checked.status_code == 200
    assert "These settings fit." in checked.text
    fields = {"target": "churn", "metric": "log_loss", "positive": "no", "quality": "fast"}
    fields |= {"use-0": "id", "type-1": "categorical", "sensitive-1": "yes", "do": "start"}
    started = ada.sends(where, fields)
    assert started.headers["location"] == "/datasets/churn/run"
    assert landed(ada, "churn") == ["pipeweave.yaml", "churn.csv"]
    written = ada.store.storage.get("uploads/churn/pipeweave.yaml").decode()
    assert written.startswith("# ours\nquality: fast  # enough\n")
    settings = settings_of(ada.store, "churn")
    assert (settings.metric, settings.positive, settings.id) == ("log_loss", "no", "id")
    assert settings.sensitive == [HOSTILE]
    assert settings.columns[HOSTILE].type == "categorical"
    entries = [(e.action, e.who, e.subject) for e in audit.entries(ada.store)]
    assert entries == [("configure", "a-editor", "churn"), ("upload", "a-editor", "churn")]
    # What was shown has values as they are in the file, whatever the settings hash or leave out.
    kept = [stored.key for stored in ada.store.storage.list("incoming/")]
    assert kept == [f"incoming/{where.removeprefix('/upload/')}/upload.json"]
    assert ada.sends(where, fields).status_code == 422  # sent twice: it was started already


def test_what_is_no_table_says_so(person):
    answer = person().opens(uploads(person(), "x.parquet", b"PAR1 and nothing").headers["location"])
    assert answer.status_code == 422
    assert "Something went wrong" in answer.text


def test_files_that_are_too_large_or_missing_are_refused(person, monkeypatch):
    monkeypatch.setenv("MAX_DATASET_SIZE_MB", "1")
    ada = person()
    assert "more than the limit of 1 MB" in uploads(ada, content=b"x" * ((1 << 20) + 1)).text
    assert uploads(ada, content=b"x" * (3 << 20)).status_code == 422
    assert "is empty" in uploads(ada, content=b"").text
    assert "No file was chosen" in ada.sends("/upload", {"dataset": "a"}).text
    assert not ada.store.storage.shallow("uploads", [])[0]


def test_the_script_may_run_and_nothing_else(person):
    ada = person()
    page = ada.opens("/upload")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "form-action 'self'" in policy
    assert page.headers["referrer-policy"] == "same-origin"  # else the forms have no origin
    assert ada.client.get("/static/work.js").headers["content-type"].startswith("text/javascript")
    assert "script-src" not in ada.opens("/").headers["content-security-policy"]

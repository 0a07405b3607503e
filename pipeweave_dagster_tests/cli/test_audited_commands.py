"""Every command either changes nothing, or leaves an entry in the audit log."""

import json
import re
from pathlib import Path

import pytest
from typer.main import get_command

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.commands.schedule import on
from pipeweave_dagster.cli.commands.uploads import upload
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.expectations import accept
from pipeweave_dagster.settings import Settings

PACKAGE = Path(__file__).parents[2] / "pipeweave_dagster"
MODULES = [path.read_text() for path in PACKAGE.rglob("*.py")]
# Command to its entries; of `findings`, the options that change something.
CHANGING = {
    "run": ["upload", "run"],
    "demo": ["upload", "run", "user_add"],
    "upload": ["upload"],
    "upload-complete": ["upload"],
    "evaluate": ["run"],
    "upload-url": ["upload_url"],
    "gc": ["gc"],
    "findings": ["accept", "override", "acknowledge"],
    "expectations": ["expectations"],
    "sources pull": ["pull"],
    "datasets rename": ["rename"],
    "datasets rm": ["delete"],
    "erase": ["erase"],
    "datasets owner": ["owner"],
    "models promote": ["promote"],
    "models rollback": ["rollback"],
    "runs cancel": ["cancel"],
    "schedule on": ["schedule"],
    "schedule off": ["schedule"],
    "users add": ["user_add"],
    "users role": ["user_role"],
    "users password": ["user_password"],
    "users rm": ["user_remove"],
    "users teams": ["user_teams"],
    "users token": ["token_add"],
    "users revoke": ["token_revoke"],
}
READING = {
    "ingest", "schema", "eda", "predict", "doctor", "usage", "logs", "monitor", "sources ls",
    "sources check", "datasets ls", "datasets show", "datasets quarantine", "datasets schema",
    "reports ls", "reports show", "pipelines ls", "pipelines show", "pipelines check",
    "pipelines optimise", "pipelines export", "pipelines preview", "pipelines history",
    "pipelines diff", "steps ls", "advice preview", "advice list", "advice show", "models ls",
    "models show", "models sheet", "models compare", "models try", "models threshold",
    "models history", "models replay", "models export", "overview",
    "predictions trace", "runs ls", "runs show", "runs logs", "schedule ls", "alerts ls",
    "users ls", "users tokens", "users s3-policy", "audit ls", "config show",
}  # fmt: skip
# Servers, whose requests are recorded; a new layout of databases; a message to the recipients; and
# a comparison that calls the advisor, whose calls are entries of their own (`advice`).
OTHERWISE = {"dev", "web", "serve", "migrate", "alerts test", "advice replay"}


def commands(command, path=()):
    """Yield the words of every command."""
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))
    if not hasattr(command, "commands"):
        yield " ".join(path)


def test_of_every_command_it_is_known_what_it_records():
    known = {*commands(get_command(build_app()))}
    unknown = known - set(CHANGING) - READING - OTHERWISE
    assert not unknown, "does it change something? Then it has to call audit.record"
    assert known == set(CHANGING) | READING | OTHERWISE


@pytest.mark.parametrize("action", sorted({a for found in CHANGING.values() for a in found}))
def test_an_entry_of_this_kind_is_written_somewhere(action):
    written = re.compile(rf'\brecord\([^)]*?"{action}"', re.DOTALL)
    assert any(
        written.search(text) or ("write_settings(" in text and f'"{action}"' in text)
        for text in MODULES
    )


@pytest.fixture
def store(home) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


def test_uploads_and_schedules_leave_their_entries(store, tmp_path, capsys):
    file = tmp_path / "churn.csv"
    file.write_text("a,b\n1,2\n")
    upload(file, name="churn", json=True)
    store.storage.put("datasets/churn/runs/r.json", b"{}")
    on("churn", json=True)
    version = json.loads(capsys.readouterr().out.split("\n}\n")[0] + "\n}")["version"]
    first, second = audit.entries(store)
    assert (first.action, first.subject, first.version) == ("upload", "churn", version)
    assert first.after == {"key": "uploads/churn/churn.csv"}
    assert (second.action, second.subject) == ("schedule", "churn")
    assert second.after == {"retrain": {"enabled": True}}


def test_an_accepted_suite_is_recorded_by_the_hashes_of_both(store):
    for rules in ([], [{"type": "expect_column_to_exist", "kwargs": {"column": "a"}}]):
        accept(store, "churn", {"expectations": rules})
    first, second = audit.entries(store)
    assert first.before is None
    assert second.before == first.after
    assert second.after != first.after

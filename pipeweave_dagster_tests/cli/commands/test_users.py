"""`pipeweave users` and `audit`: passwords never stand on the command line."""

import io
import json
import sys
import time

import pytest
from argon2 import PasswordHasher

from pipeweave_dagster.cli import main
from pipeweave_dagster.cli.support.home import settings
from pipeweave_dagster.cli.support.listening import is_local, require_encryption, require_login
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.users import passwords
from pipeweave_dagster.services.users.directory import find_user
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings

KEY = "0123456789abcdef0123456789abcdef"
PASSWORD = "five words make a pass"


@pytest.fixture(autouse=True)
def _cheap(home, monkeypatch):
    monkeypatch.setenv("JWT_SECRET_KEY", KEY)
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)


@pytest.fixture
def pipeweave(monkeypatch, capsys):
    def call(*words, given="", code=0):
        settings.cache_clear()  # each command is a process of its own
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        monkeypatch.setattr(sys, "argv", ["pipeweave", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == code, printed
        return json.loads(printed.out) if "--json" in words else printed.out + printed.err

    return call


def test_a_user_from_the_first_day_to_the_last(pipeweave):
    pipeweave("users", "add", "ada", "--role", "editor", given=f"{PASSWORD}\n")
    pipeweave("users", "add", "bob@example.org", "--role", "viewer", "--no-password")
    listed = pipeweave("users", "ls", "--json")["users"]
    assert [(u["name"], u["role"], u["has_password"]) for u in listed] == [
        ("ada", "editor", True),
        ("bob@example.org", "viewer", False),
    ]
    assert "identity provider" in pipeweave("users", "ls")
    pipeweave("users", "role", "ada", "approver")
    assert pipeweave("users", "teams", "ada") == "ada is in no team.\n"
    assert pipeweave("users", "teams", "ada", "sales", "risk") == "ada is in: risk, sales.\n"
    assert "risk, sales" in pipeweave("users", "ls")
    assert [u["teams"] for u in pipeweave("users", "ls", "--json")["users"]] == [
        ["risk", "sales"], [],
    ]  # fmt: skip
    assert pipeweave("users", "teams", "ada", "--none", "--json") == {"name": "ada", "teams": []}
    pipeweave("users", "password", "ada", given=f"{PASSWORD}!\n")
    made = pipeweave("users", "token", "ada", "--note", "nightly", "--json")
    assert made["token"].startswith("pipeweave_")
    shown = pipeweave("users", "tokens", "ada", "--json")["tokens"]
    assert [(t["id"], t["note"]) for t in shown] == [(made["id"], "nightly")]
    pipeweave("users", "revoke", "ada", made["id"])
    pipeweave("users", "rm", "ada")
    log = pipeweave("audit", "ls", "--since", "1h", "--json")["entries"]
    assert [(e["action"], e["subject"]) for e in log] == [
        ("user_add", "ada"), ("user_add", "bob@example.org"), ("user_role", "ada"),
        ("user_teams", "ada"), ("user_teams", "ada"),
        ("user_password", "ada"), ("token_add", "ada"), ("token_revoke", "ada"),
        ("user_remove", "ada"),
    ]  # fmt: skip
    assert {e["via"] for e in log} == {"machine"}
    assert not any(s in json.dumps(log) for s in (PASSWORD, made["token"], "argon2"))
    text = pipeweave("audit", "ls", "--action", "user_role", "--subject", "ada")
    assert text.count("\n") == 2


def test_a_first_user_who_could_not_log_in_is_refused(pipeweave, monkeypatch):
    ada = ("users", "add", "ada", "--role", "admin")
    for key, why in ((None, "is not set"), ("short", "has 5 characters")):
        monkeypatch.setenv("JWT_SECRET_KEY", key) if key else monkeypatch.delenv("JWT_SECRET_KEY")
        told = pipeweave(*ada, given=f"{PASSWORD}\n", code=3)
        assert f"JWT_SECRET_KEY {why}" in told
        assert "at least 32 characters" in " ".join(told.split())
    assert pipeweave("users", "ls", "--json") == {"users": []}
    monkeypatch.setenv("JWT_SECRET_KEY", KEY)
    assert "with the same JWT_SECRET_KEY" in pipeweave(*ada, given=f"{PASSWORD}\n")
    monkeypatch.delenv("JWT_SECRET_KEY")  # the others can be added from anywhere
    told = pipeweave("users", "add", "bob", "--role", "viewer", given=f"{PASSWORD}\n")
    assert told == "bob may log in as viewer.\n"


def test_what_goes_wrong_is_said_with_the_remedy(pipeweave):
    told = pipeweave("users", "add", "ada", "--role", "editor", given="short\n", code=3)
    assert "12 to 256 characters" in told
    assert "no password" in pipeweave("users", "add", "ada", "--role", "editor", code=3)
    assert "no user" in pipeweave("users", "role", "ada", "viewer", code=4)
    assert "no user" in pipeweave("users", "token", "ada", code=4)
    assert "no user" in pipeweave("users", "teams", "ada", code=4)
    assert "Drop --none" in pipeweave("users", "teams", "ada", "risk", "--none", code=3)
    assert "is not a time" in pipeweave("audit", "ls", "--since", "yesterday", code=3)
    assert "There are no users" in pipeweave("users", "ls")
    assert "There is no entry" in pipeweave("audit", "ls")
    with Workbench(Settings()) as bench:
        assert find_user(bench.store, "ada") is None


@pytest.mark.parametrize("since", ["2026-11-30", "2026-11-30T14:00", "2026-11-30T14:00+01:00"])
def test_since_is_a_day_or_a_time(pipeweave, since):
    pipeweave("users", "add", "ada", "--role", "editor", "--no-password")
    assert len(pipeweave("audit", "ls", "--since", since, "--json")["entries"]) <= 1
    future = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 2 * 86400))
    assert pipeweave("audit", "ls", "--since", future, "--json")["entries"] == []


def test_the_pages_are_shown_to_other_machines_only_with_login_and_encryption(
    pipeweave, monkeypatch
):
    told = pipeweave("web", "--host", "0.0.0.0", code=3)
    assert "there are no users to log in" in told
    pipeweave("users", "add", "ada", "--role", "admin", "--no-password")
    monkeypatch.delenv("JWT_SECRET_KEY")
    without, key = Settings(), {"jwt_secret_key": KEY}
    with Workbench(without) as bench:
        for missing, given in (
            ("JWT_SECRET_KEY is not set", without),
            ("not encrypted", Settings(**key)),
        ):
            with pytest.raises(PipeWeaveError, match=missing):
                require_login(given, bench.store, "0.0.0.0")
        ready = Settings(**key, behind_tls_proxy=True)
        require_login(ready, bench.store, "0.0.0.0")
        require_login(without, bench.store, "127.0.0.1")
    with pytest.raises(PipeWeaveError, match="not encrypted"):
        require_encryption(without, "::")


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("192.0.2.1", False), ("box.example", False)],
)  # fmt: skip
def test_which_addresses_are_of_this_machine(host, local):
    assert is_local(host) is local

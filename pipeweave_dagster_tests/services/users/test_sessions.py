"""Forged, expired and ended sessions are none."""

import time

import jwt
import pytest

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import add_user, remove_user, set_role
from pipeweave_dagster.services.users.sessions import (
    Session,
    log_out,
    new_session,
    read_session,
    signed,
    signing_key,
)
from pipeweave_dagster.settings import Settings

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def settings(home):
    return Settings(jwt_secret_key=KEY)


@pytest.fixture
def session(store, settings):
    return new_session(settings, add_user(store, "ada", Role.EDITOR, None))


def test_a_session_lasts_half_an_hour_and_its_renewal_a_week(store, settings, session):
    lasts = {}
    for kind in ("access", "refresh"):
        token = signed(settings, session, kind)
        claims = jwt.decode(token, KEY, algorithms=["HS256"])
        lasts[kind] = round((claims["exp"] - claims["iat"]) / 60)
        found = read_session(store, settings, token, kind)
        assert (found.principal.name, found.principal.role) == ("ada", Role.EDITOR)
    assert lasts == {"access": 30, "refresh": 7 * 24 * 60}


def test_a_renewed_session_never_outlives_its_week(settings, session):
    nearly = Session(session.user, session.sid, time.time() + 60)
    claims = jwt.decode(signed(settings, nearly, "access"), KEY, algorithms=["HS256"])
    assert claims["exp"] == pytest.approx(nearly.until)


def test_neither_kind_of_token_passes_for_the_other(store, settings, session):
    assert read_session(store, settings, signed(settings, session, "refresh"), "access") is None
    assert read_session(store, settings, signed(settings, session, "access"), "refresh") is None


@pytest.mark.parametrize(
    "change", [{"exp": 1.0}, {"sub": "eve"}, {"stamp": "other"}, {"sid": None}]
)
def test_claims_that_do_not_hold_are_refused(store, settings, session, change):
    claims = jwt.decode(signed(settings, session, "access"), KEY, algorithms=["HS256"])
    claims = {k: v for k, v in {**claims, **change}.items() if v is not None}
    forged = jwt.encode(claims, KEY, algorithm="HS256")
    assert read_session(store, settings, forged, "access") is None


def test_forged_signatures_are_refused(store, settings, session):
    token = signed(settings, session, "access")
    claims = jwt.decode(token, KEY, algorithms=["HS256"])
    for forged in (
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims, KEY[::-1], algorithm="HS256"),
        jwt.encode(claims, KEY * 2, algorithm="HS512"),
        token[:-4] + "AAAA",
        "no token",
    ):
        assert read_session(store, settings, forged, "access") is None


def test_logging_out_changing_the_role_and_removing_end_it(store, settings, session):
    token = signed(settings, session, "refresh")
    other = new_session(settings, session.user)
    log_out(store, session)
    assert read_session(store, settings, token, "refresh") is None
    kept = signed(settings, other, "access")
    assert read_session(store, settings, kept, "access") is not None
    user = set_role(store, "ada", Role.VIEWER)
    assert read_session(store, settings, kept, "access") is None
    newest = signed(settings, new_session(settings, user), "access")
    remove_user(store, "ada")
    add_user(store, "ada", Role.ADMIN, None)
    assert read_session(store, settings, newest, "access") is None
    assert "logout" in [entry.action for entry in audit.entries(store)]


@pytest.mark.parametrize(("key", "told"), [(None, "is not set"), ("short", "has 5 characters")])
def test_without_a_long_key_nothing_is_signed(home, key, told):
    with pytest.raises(PipeWeaveError, match=told):
        signing_key(Settings(jwt_secret_key=key))

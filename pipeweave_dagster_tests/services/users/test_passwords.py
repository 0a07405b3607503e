"""Passwords are kept as argon2id hashes, and nothing tells which users exist."""

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.users.passwords import hash_password, is_password

pytestmark = pytest.mark.slow

RIGHT = "five words make a pass"


def test_the_hash_is_argon2id_and_salted():
    first, second = hash_password(RIGHT), hash_password(RIGHT)
    assert first.startswith("$argon2id$")
    assert first != second
    assert RIGHT not in first
    assert is_password(first, RIGHT)
    assert not is_password(first, RIGHT + " ")


@pytest.mark.parametrize("weak", ["", "short", "a" * 20, "abababababab", "x1y2" * 100])
def test_weak_and_endless_passwords_are_refused(weak):
    with pytest.raises(PipeWeaveError, match="12 to 256"):
        hash_password(weak)


@pytest.mark.parametrize("stored", [None, "", "no hash at all"])
def test_nobody_gets_in_without_a_hash(stored):
    assert not is_password(stored, RIGHT)
    assert not is_password(stored, "the password of nobody")

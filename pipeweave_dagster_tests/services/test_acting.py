"""Who acts is the user of the process, unless a request says otherwise."""

import getpass
from threading import Thread

import pytest

from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.services.acting import acting_as, current_principal, machine_user

ADA = Principal("ada", Role.EDITOR, "session")


def test_a_command_acts_for_the_user_of_the_process():
    assert current_principal() == Principal(getpass.getuser(), Role.ADMIN, "machine")


def test_inside_a_request_its_sender_acts_and_nowhere_else():
    seen = []
    with acting_as(ADA):
        assert current_principal() == ADA
        other = Thread(target=lambda: seen.append(current_principal()))
        other.start()
        other.join()
    assert seen == [machine_user()]
    assert current_principal() == machine_user()


def test_it_ends_also_with_an_error():
    with pytest.raises(RuntimeError), acting_as(ADA):
        raise RuntimeError
    assert current_principal() == machine_user()


def test_a_user_without_a_name_has_one_in_the_log(monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: {}["nobody"])
    assert machine_user().name == "local"

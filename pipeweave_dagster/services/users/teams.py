"""Teams: names under which several users own data sets.

A team is nothing but the users who are its members; it ends with the last of them. What they own
by it is theirs from their next request on, and no longer once they have left.
"""

from collections.abc import Collection

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import User, change_user, check_name, find_user

_MOST_TEAMS = 50


def set_teams(store: DocumentStore, name: str, teams: Collection[str]) -> User:
    """Make a user a member of these teams and of no other; return the user.

    Args:
        store: Where the users are.
        name: The user.
        teams: Names as users have them, but none that a user has.

    Raises:
        PipeWeaveError: NOT_FOUND for an unknown user, VALIDATION_ERROR for names that cannot be or
            that a user has, SERVICE_UNAVAILABLE if others kept changing the user.
    """
    wanted = sorted({check_name(team) for team in teams})
    if len(wanted) > _MOST_TEAMS:
        raise validation_error(
            f"These are {len(wanted)} teams; a user is in {_MOST_TEAMS} at most.",
            fix="Name fewer.",
        )
    for team in wanted:
        _refuse_user(store, team)
    before, user = change_user(store, name, lambda _: {"teams": wanted})
    if before.teams != user.teams:
        audit.record(
            store, "user_teams", name, before={"teams": before.teams}, after={"teams": user.teams}
        )
    return user


def _refuse_user(store: DocumentStore, team: str) -> None:
    if find_user(store, team) is not None:
        raise validation_error(
            f"{team!r} is a user, whose data sets the members of such a team would own.",
            fix="Give the team another name.",
        )

"""The users of an installation: `users/<name>.json` in the storage, one record each."""

import operator
import re
import secrets
import time
from collections.abc import Callable

from pydantic import Field

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import NAME_PATTERN, Principal, Role, Via
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import not_found, unavailable, validation_error
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.passwords import hash_password

_NAME = re.compile(NAME_PATTERN)
_ATTEMPTS = 20


class User(Part):
    """One user. Without a `password` (an argon2 hash) only the identity provider lets them in.

    `stamp` changes with the password and the role: sessions with an earlier one have ended.
    `teams` are what they are a member of: they own what these own.
    `ended` are the sessions that were logged out, with the time after which they do not matter.
    """

    name: str
    role: Role
    password: str | None = None
    stamp: str = ""
    made_at: float = 0.0
    ended: dict[str, float] = {}
    teams: list[str] = Field(default=[], exclude_if=operator.not_)

    def principal(self, via: Via) -> Principal:
        """Return them as somebody who acts, as what they are now."""
        return Principal(self.name, self.role, via, frozenset(self.teams))


def check_name(name: str) -> str:
    """Return the name if a user can have it.

    Raises:
        PipeWeaveError: VALIDATION_ERROR otherwise.
    """
    if not _NAME.fullmatch(name):
        raise validation_error(
            f"{name[:80]!r} cannot be the name of a user or a team.",
            fix="Use lower-case letters, digits and . _ - + @, at most 63.",
        )
    return name


def find_user(store: DocumentStore, name: str) -> User | None:
    """Return a user; None if there is no such user."""
    return store.records.read(_key(name), User) if _NAME.fullmatch(name) else None


def all_users(store: DocumentStore) -> list[User]:
    """Return all users, sorted by name."""
    keys = sorted(found.key for found in store.storage.list("users/"))
    read = (store.records.read(key, User) for key in keys)
    return [user for user in read if user is not None]


def has_users(store: DocumentStore) -> bool:
    """Return whether there is a user, or the damaged record of one."""
    return next(iter(store.storage.list("users/")), None) is not None


def add_user(store: DocumentStore, name: str, role: Role, password: str | None) -> User:
    """Create a user.

    Args:
        store: Where the users are.
        name: The name to log in with; for an identity provider, the one that it confirms.
        role: What they may do.
        password: None for somebody who logs in with the identity provider only.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a name that is impossible or taken, also by a team, or
            for a weak password.
    """
    hashed = None if password is None else hash_password(password)
    if any(name in known.teams for known in all_users(store)):
        raise validation_error(
            f"{name!r} is a team, whose data sets a user of that name would own.",
            fix="Choose another name.",
        )
    user = User(
        name=check_name(name), role=role, password=hashed, made_at=time.time(), stamp=_stamp()
    )
    if not store.records.swap(_key(name), user, None):
        raise validation_error(
            f"There is a user {name!r} already.", fix="Change the role: pipeweave users role."
        )
    audit.record(store, "user_add", name, after={"role": role.value})
    return user


def set_role(store: DocumentStore, name: str, role: Role) -> User:
    """Give a user another role, and end their sessions."""
    before, user = change_user(store, name, lambda _: {"role": role, "stamp": _stamp()})
    facts = [{"role": known.role.value} for known in (before, user)]
    audit.record(store, "user_role", name, before=facts[0], after=facts[1])
    return user


def set_password(store: DocumentStore, name: str, password: str) -> User:
    """Give a user another password, and end their sessions."""
    hashed = hash_password(password)
    _, user = change_user(store, name, lambda _: {"password": hashed, "stamp": _stamp()})
    audit.record(store, "user_password", name)
    return user


def end_session(store: DocumentStore, name: str, session: str, until: float) -> None:
    """Log one session out.

    Args:
        store: Where the users are.
        name: Whose session it is.
        session: Its id.
        until: When it would have expired anyway, in seconds since 1970.
    """
    now = time.time()
    change_user(
        store,
        name,
        lambda u: {"ended": {**{s: t for s, t in u.ended.items() if t > now}, session: until}},
    )


def remove_user(store: DocumentStore, name: str) -> None:
    """Remove a user, which ends their sessions; see `remove_with_tokens`."""
    user = _known(store, name)
    store.storage.delete(_key(name))
    audit.record(store, "user_remove", name, before={"role": user.role.value})


def change_user(
    store: DocumentStore, name: str, update: Callable[[User], dict[str, object]]
) -> tuple[User, User]:
    """Change a user, also while others do; return the user before and after."""
    for _ in range(_ATTEMPTS):
        before, tag = store.records.read_tagged(_key(check_name(name)), User)
        if before is None:
            break
        after = before.model_copy(update=update(before))
        if store.records.swap(_key(name), after, tag):
            return before, after
    _known(store, name)
    raise unavailable(f"The user {name!r} kept changing.", fix="Try again.")


def _known(store: DocumentStore, name: str) -> User:
    user = find_user(store, name)
    if user is None:
        raise not_found(f"There is no user {name[:80]!r}.", fix="See: pipeweave users ls")
    return user


def _stamp() -> str:
    return secrets.token_hex(8)


def _key(name: str) -> str:
    return f"users/{name}.json"

"""Who may do what: roles, actions, and the one table between them.

A data set without an owner belongs to all: the role alone decides. One with an owner is private
to its owner, to approvers and to administrators. An owner is a user, or a team: then all its
members own the data set.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

NAME_PATTERN = r"[a-z0-9][a-z0-9._@+-]{0,62}"
"""Names of users and teams, of whom none has the name of another."""


class Role(StrEnum):
    """What a user is for; each role may do all that the one before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Return whether this role may do at least what the other one may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Action(StrEnum):
    """What somebody wants to do, with a data set or with the whole installation."""

    VIEW = "view"
    TRY_MODEL = "try_model"
    VIEW_RAW_ROWS = "view_raw_rows"
    UPLOAD = "upload"
    CONFIGURE = "configure"
    RUN = "run"
    CANCEL = "cancel"
    ANSWER_FINDINGS = "answer_findings"
    PREDICT = "predict"
    DELETE = "delete"
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"
    OVERRIDE_BLOCK = "override_block"
    SCHEDULE = "schedule"
    VIEW_AUDIT = "view_audit"
    MANAGE_STORAGE = "manage_storage"
    MANAGE_USERS = "manage_users"


class Rule(NamedTuple):
    """The least role for an action: on a data set that nobody owns, and for the owner."""

    shared: Role
    own: Role


RULES: dict[Action, Rule] = {
    Action.VIEW: Rule(Role.VIEWER, Role.VIEWER),
    Action.TRY_MODEL: Rule(Role.VIEWER, Role.VIEWER),
    Action.VIEW_RAW_ROWS: Rule(Role.EDITOR, Role.EDITOR),
    Action.UPLOAD: Rule(Role.EDITOR, Role.EDITOR),
    Action.CONFIGURE: Rule(Role.EDITOR, Role.EDITOR),
    Action.RUN: Rule(Role.EDITOR, Role.EDITOR),
    Action.CANCEL: Rule(Role.EDITOR, Role.EDITOR),
    Action.ANSWER_FINDINGS: Rule(Role.EDITOR, Role.EDITOR),
    Action.PREDICT: Rule(Role.EDITOR, Role.EDITOR),
    Action.DELETE: Rule(Role.APPROVER, Role.EDITOR),
    Action.PROMOTE: Rule(Role.APPROVER, Role.APPROVER),
    Action.ROLL_BACK: Rule(Role.APPROVER, Role.APPROVER),
    Action.OVERRIDE_BLOCK: Rule(Role.APPROVER, Role.APPROVER),
    Action.SCHEDULE: Rule(Role.APPROVER, Role.APPROVER),
    Action.VIEW_AUDIT: Rule(Role.ADMIN, Role.ADMIN),
    Action.MANAGE_STORAGE: Rule(Role.ADMIN, Role.ADMIN),
    Action.MANAGE_USERS: Rule(Role.ADMIN, Role.ADMIN),
}
"""What each role may do; an action without a rule is a mistake that a test finds."""

Via = Literal["machine", "session", "token"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who acts: a user with a role, and how we know that it is them.

    `machine` is the user of this machine, who starts commands, or opens the pages of their own
    `pipeweave dev`; `session` has logged in with a browser; `token` is a script. `teams` are those
    that the user is a member of at that moment.
    """

    name: str
    role: Role
    via: Via = "machine"
    teams: frozenset[str] = frozenset()

    def owns(self, owner: str) -> bool:
        """Return whether what belongs to this user or team is theirs."""
        return owner == self.name or owner in self.teams


def may(principal: Principal, action: Action, dataset_owner: str | None = None) -> bool:
    """Return whether somebody may do this.

    Args:
        principal: Who.
        action: What.
        dataset_owner: The user or team that owns the data set, if any does; None also for actions
            that concern no data set.

    Example:
        >>> ada = Principal("ada", Role.EDITOR)
        >>> may(ada, Action.RUN), may(ada, Action.RUN, "bob"), may(ada, Action.PROMOTE)
        (True, False, False)
    """
    return principal.role.includes(needed_role(principal, action, dataset_owner))


def needed_role(principal: Principal, action: Action, dataset_owner: str | None = None) -> Role:
    """Return the least role that this person needs for the action."""
    rule = RULES[action]
    if dataset_owner is None:
        return rule.shared
    if principal.owns(dataset_owner):
        return rule.own
    return rule.shared if rule.shared.includes(Role.APPROVER) else Role.APPROVER

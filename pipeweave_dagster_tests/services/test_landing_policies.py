"""A policy of the bucket gives an owner their own folders of the landing zone, and nothing else."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import settings as few
from hypothesis import strategies as st

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.naming import dataset_of_key
from pipeweave_dagster.services.landing_policies import landing_policy, policy_for
from pipeweave_dagster.services.ownership import set_owner
from pipeweave_dagster.services.users.directory import add_user
from pipeweave_dagster.services.users.teams import set_teams
from pipeweave_dagster.settings import Settings

ACTIONS = [
    "PutObject",
    "ListBucket",
    "GetObject",
    "DeleteObject",
    "PutObjectAcl",
    "ListAllMyBuckets",
]
# Few letters, so that names are often beginnings of one another.
NAMES = st.from_regex(r"[ab]([ab_-]{0,2}[ab])?", fullmatch=True)
ROOTS = st.sampled_from(["", "x", "x/uploads", "a b/c.d"])
FOLDERS = [
    "uploads",
    "predict",
    "labels",
    "raw",
    "users",
    "audit",
    "datasets",
    "incoming",
    "sources",
]
REST = st.sampled_from(["f.csv", "deep/f.csv", "../b/f.csv", "pipeweave.yaml", "f.pull.json", ""])


def matches(pattern: str, text: str) -> bool:
    """As IAM matches: a star is any text, with slashes, a question mark any character."""
    parts = {"*": ".*", "?": "."}
    regex = "".join(parts.get(c, re.escape(c)) for c in pattern)
    return re.fullmatch(regex, text, re.DOTALL) is not None


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def allows(policy: dict, action: str, key: str = "", prefix: str | None = None) -> bool:
    """Whether IAM would allow a request on the bucket `data`."""
    resource = f"arn:aws:s3:::data/{key}" if key else "arn:aws:s3:::data"
    effects = set()
    for statement in policy["Statement"]:
        wanted = statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix")
        if (
            any(matches(a, f"s3:{action}") for a in listed(statement["Action"]))
            and any(matches(r, resource) for r in listed(statement["Resource"]))
            and (wanted is None or (prefix is not None and any(matches(w, prefix) for w in wanted)))
        ):
            effects.add(statement["Effect"])
    return effects == {"Allow"}


@given(st.sets(NAMES, min_size=1), NAMES, ROOTS, st.sampled_from(FOLDERS), REST)
def test_own_files_and_no_others(owned, dataset, root, folder, rest):
    policy = landing_policy("data", root, sorted(owned))
    below = f"{root}/" if root else ""
    key = f"{folder}/{dataset}/{rest}"
    own = folder in {"uploads", "predict", "labels"} and dataset in owned
    pull = rest.endswith(".pull.json")
    assert allows(policy, "PutObject", below + key) == (own and not pull)
    assert allows(policy, "ListBucket", prefix=below + key) == own
    if allows(policy, "PutObject", below + key):
        assert dataset_of_key(key) in {*owned, None}
    for action in ACTIONS[2:]:
        assert not allows(policy, action, below + key)
        assert not allows(policy, action, prefix=below + key)


@few(max_examples=25)
@given(st.sets(NAMES, min_size=1), ROOTS)
def test_nothing_above_a_folder_is_listed(owned, root):
    policy = landing_policy("data", root, sorted(owned))
    below = f"{root}/" if root else ""
    for name in owned:
        for prefix in (None, "", below, f"{below}uploads/", f"{below}uploads/{name}"):
            assert not allows(policy, "ListBucket", prefix=prefix)
        assert not allows(policy, "PutObject", f"uploads/{name}/f.csv") or not root


@pytest.mark.parametrize(
    ("bucket", "prefix"),
    [("da*", ""), ("data", "x/*"), ("data", "x?"), ("data", "${aws:username}"), ("data", "a\nb"),
     ("data", "é"), ("", "")],
)  # fmt: skip
def test_wildcards_in_the_place_of_the_storage_are_refused(bucket, prefix):
    with pytest.raises(PipeWeaveError, match="wildcards"):
        landing_policy(bucket, prefix, ["a"])


@pytest.mark.parametrize("name", ["*", "a*", "a?", "${aws:username}", "../a", "A", ""])
def test_wildcards_in_names_are_refused(name, store):
    with pytest.raises(PipeWeaveError, match="not a valid data set name"):
        landing_policy("data", "", [name])
    if name != "../a":
        with pytest.raises(PipeWeaveError, match="cannot be the name of a user"):
            policy_for(store, BUCKET, name)


def test_each_cloud_has_its_own_names():
    for region, start in (("cn-north-1", "arn:aws-cn:"), ("us-gov-east-1", "arn:aws-us-gov:")):
        policy = landing_policy("data", "", ["a"], region)
        assert policy["Statement"][0]["Resource"].startswith(start)


BUCKET = Settings.model_construct(storage="s3://data/x")


@pytest.fixture
def store(home) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


def test_a_policy_follows_the_owners_of_data_sets(store):
    for dataset, owner in (("churn", "ada"), ("churn2", "bob"), ("loans", "team-risk")):
        set_owner(store, dataset, owner)
    for name in ("ada", "tim"):
        add_user(store, name, Role.EDITOR, None)
    text = json.dumps(policy_for(store, BUCKET, "ada"))
    assert set(re.findall(r"x/uploads/([a-z0-9]+)/\*", text)) == {"churn"}
    assert "x/uploads/loans/*" in json.dumps(policy_for(store, BUCKET, "team-risk"))
    for name in ("eve", "tim"):
        with pytest.raises(PipeWeaveError, match="owns no data set"):
            policy_for(store, BUCKET, name)
    set_owner(store, "his", "tim")
    set_teams(store, "tim", ["team-risk", "team-other"])
    text = json.dumps(policy_for(store, BUCKET, "tim"))
    assert set(re.findall(r"x/uploads/([a-z0-9]+)/\*", text)) == {"his", "loans"}


def test_who_may_not_upload_gets_no_policy(store):
    set_owner(store, "churn", "vic")
    add_user(store, "vic", Role.VIEWER, None)
    with pytest.raises(PipeWeaveError, match="may not upload") as refused:
        policy_for(store, BUCKET, "vic")
    assert refused.value.code is ErrorCode.FORBIDDEN
    with pytest.raises(PipeWeaveError, match="is a folder"):
        policy_for(store, Settings(), "vic")

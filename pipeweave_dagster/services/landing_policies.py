"""What somebody may do in the bucket itself: put files for their own data sets, and list those.

For users who upload with a tool of S3 instead of the pages: a policy for their user or role of IAM
gives what the pages would give.
"""

import re
from collections.abc import Sequence
from typing import Any, get_args

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Action, may
from pipeweave_dagster.core.errors import (
    ErrorCode,
    PipeWeaveError,
    not_found,
    validation_error,
)
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.services.ownership import owners_of
from pipeweave_dagster.services.pulled_files import PULL_SUFFIX
from pipeweave_dagster.services.upload_tickets import Zone
from pipeweave_dagster.services.users.directory import check_name, find_user
from pipeweave_dagster.settings import Settings

MOST_CHARACTERS = 6_144
"""Of a managed policy of AWS, blanks not counted."""
# Wildcards and variables of IAM; the rest is what names of buckets and keys usually have.
_PLAIN = re.compile(r"[\w.!()' /-]+", re.ASCII)
_PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


def policy_for(store: DocumentStore, settings: Settings, name: str) -> dict[str, Any]:
    """Return the policy of IAM for a user, or for whoever owns data sets under a name.

    Args:
        store: Whose are which data sets.
        settings: The bucket.
        name: A user, who has what their teams own as well; or a team, or any other owner.

    Raises:
        PipeWeaveError: NOT_FOUND if they own no data set, FORBIDDEN for a user who may not upload,
            VALIDATION_ERROR if the storage is a folder, or for names with characters that have a
            meaning in a policy.
    """
    check_name(name)
    if not settings.storage_is_s3:
        raise validation_error(
            "The storage is a folder, which knows no policies.",
            fix="Set PIPEWEAVE_STORAGE=s3://BUCKET/PREFIX, or upload on the pages.",
        )
    user = find_user(store, name)
    if user is not None and not may(user.principal("session"), Action.UPLOAD, name):
        raise PipeWeaveError(
            ErrorCode.FORBIDDEN,
            f"{name} is a {user.role}, who may not upload.",
            fix=f"Give them another role: pipeweave users role {name} editor.",
        )
    owners = {name, *(user.teams if user else ())}
    owned = sorted(dataset for dataset, owner in owners_of(store).items() if owner in owners)
    if not owned:
        raise not_found(
            f"{name} owns no data set.",
            fix=f"Give them one: pipeweave datasets owner DATASET {name}",
        )
    bucket, prefix = settings.bucket_and_prefix
    return landing_policy(bucket, prefix, owned, settings.aws_region)


def landing_policy(
    bucket: str, prefix: str, datasets: Sequence[str], region: str = "us-east-1"
) -> dict[str, Any]:
    """Return a policy that allows to put and to list files of these data sets, and nothing else.

    Files that would be read as a pull of a source are denied: they name objects of `raw/`, which
    may be somebody else's.

    Args:
        bucket: The bucket of the storage.
        prefix: The storage's place in it.
        datasets: Valid names of data sets.
        region: Region of the bucket.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if a name has characters that have a meaning in a policy.

    Example:
        >>> policy = landing_policy("b", "", ["churn"])
        >>> policy["Statement"][1]["Resource"][0]
        'arn:aws:s3:::b/uploads/churn/*'
    """
    root = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    if not _PLAIN.fullmatch(bucket + root):
        raise validation_error(
            f"s3://{bucket}/{root} has characters that a policy takes for wildcards or variables.",
            fix="Write the policy by hand, or keep the storage under a plain prefix.",
        )
    zones = sorted(get_args(Zone), reverse=True)
    folders = [f"{root}{zone}/{check_slug(name)}/" for name in datasets for zone in zones]
    arn = f"arn:{_partition(region)}:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ListOwnFiles",
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": arn,
                "Condition": {"StringLike": {"s3:prefix": [f"{folder}*" for folder in folders]}},
            },
            {
                "Sid": "PutOwnFiles",
                "Effect": "Allow",
                "Action": "s3:PutObject",
                "Resource": [f"{arn}/{folder}*" for folder in folders],
            },
            {
                "Sid": "PutNoPulls",
                "Effect": "Deny",
                "Action": "s3:PutObject",
                "Resource": f"{arn}/{root}*{PULL_SUFFIX}",
            },
        ],
    }


def _partition(region: str) -> str:
    return next((p for start, p in _PARTITIONS.items() if region.startswith(f"{start}-")), "aws")

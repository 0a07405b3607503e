"""`pipeweave users s3-policy`: what somebody may do in the bucket itself."""

import json as j
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit
from pipeweave_dagster.services.landing_policies import MOST_CHARACTERS, policy_for


def register(group: typer.Typer) -> None:
    """Add the command to the group `users`."""
    example = "Example: `pipeweave users s3-policy ada`"
    group.command("s3-policy", epilog=example)(s3_policy)


def s3_policy(
    name: Annotated[str, typer.Argument(help="Name of a user, or of a team.")],
    json: AsJson = False,
) -> None:
    """Print a policy of IAM: files may be put for the data sets of a user, or of their teams."""
    del json  # a policy is JSON in any case
    with home.workbench() as bench:
        policy = policy_for(bench.store, bench.settings, name)
    emit(policy, as_json=True)
    size = len(j.dumps(policy, separators=(",", ":")))
    if size > MOST_CHARACTERS:
        too_long = (
            f"It has {size:,} characters, a managed policy of AWS at most {MOST_CHARACTERS:,}."
        )
        typer.echo(f"{too_long} Attach several, with some of the data sets each.", err=True)

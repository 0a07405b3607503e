"""Dagster's web server behind the guard against foreign pages.

`python -m pipeweave_dagster.cli.support.dagster_ui` takes the options of `dagster-webserver`.
"""

from importlib import import_module
from typing import Any

from starlette.types import ASGIApp

from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.cross_site_guard import CrossSiteGuard
from pipeweave_dagster.web.host_names import hosts_of


def main() -> None:
    """Run Dagster's own command with its application wrapped.

    The command has no option for middleware. If a later Dagster made the application elsewhere,
    this would end with an AttributeError instead of serving it unguarded.
    """
    cli: Any = import_module("dagster_webserver.cli")
    create = cli.create_app_from_workspace_process_context

    def guarded(*arguments: Any, **options: Any) -> ASGIApp:
        return CrossSiteGuard(create(*arguments, **options), hosts_of(Settings().dagster_url))

    cli.create_app_from_workspace_process_context = guarded
    cli.main()


if __name__ == "__main__":
    main()

"""The workbench: pages with forms, which change data sets through the services of the commands.

A page checks the role, reads a bounded form with the token of its session, and calls one service.
"""

from pipeweave_dagster.web.work.routes import work_routes

__all__ = ["work_routes"]

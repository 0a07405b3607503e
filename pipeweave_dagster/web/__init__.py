"""Read-only pages: the list of data sets, one page each, their reports, and the state of health.

No logic of its own: it shows the documents that the line has stored. It never writes, runs no
script, and knows no users (a proxy does).
"""

from pipeweave_dagster.web.app import create_app

__all__ = ["create_app"]

"""Pages: data sets, reports, health, and pages with forms; and the HTTP API.

The former only show stored documents and run no script; those with forms are in `work`, the API is
in `api`.
"""

from pipeweave_dagster.web.app import create_app

__all__ = ["create_app"]

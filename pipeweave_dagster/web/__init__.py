"""Read-only pages: the list of data sets, one page per data set, reports, and health.

They only show stored documents. They never write and run no script; authentication is the proxy's.
"""

from pipeweave_dagster.web.app import create_app

__all__ = ["create_app"]

"""Pages: the list of data sets, one page per data set, reports, health, and pages with forms.

The former only show stored documents and run no script; those with forms are in `work`.
"""

from pipeweave_dagster.web.app import create_app

__all__ = ["create_app"]

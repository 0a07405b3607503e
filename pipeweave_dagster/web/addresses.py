"""Addresses of what a page embeds or links to."""

import base64
from urllib.parse import quote

from pipeweave_dagster.core.documents import Payload


def payload_url(payload: Payload) -> str:
    """Return the path at which `/reports` serves a payload."""
    return f"/reports/{payload.sha256}/{quote(payload.name, safe='')}"


def data_uri(svg: str) -> str:
    """Return an SVG as a data URI: as an image it can neither run scripts nor load anything."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()

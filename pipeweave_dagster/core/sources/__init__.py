"""Sources in databases: their files, the SQL that reads them, and the join of several.

The functions import their implementation when called, so that importing this package is fast.
"""

from pipeweave_dagster.core.documents import Source

SOURCE_SUFFIX = ".yaml"
FAN_OUT = "fan_out"
"""In the details of the error of a join that would multiply rows."""


def parse_source(data: bytes, where: str) -> Source:
    r"""Parse and validate the file of a source, its query included.

    Args:
        data: The file.
        where: What to call it in errors.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that names the line and the key.

    Example:
        >>> parse_source(b"kind: postgres\nconnection: SHOP_DB\ntable: orders", "x").table
        'orders'
    """
    from pipeweave_dagster.core.sources.source_file import parse_file

    return parse_file(data, where)

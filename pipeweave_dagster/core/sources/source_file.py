"""Parse `sources/<name>.yaml`."""

from pydantic import ValidationError

from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.landing.settings_problems import explain
from pipeweave_dagster.core.landing.yaml_settings import read_content
from pipeweave_dagster.core.sources.read_only_sql import DIALECTS, read_only


def parse_file(data: bytes, where: str) -> Source:
    """Parse and validate the file of a source; see `parse_source`."""
    words = read_content(data, where, Source)
    if not isinstance(words.content, dict):
        raise validation_error(
            f"{where} is not a mapping of keys to values.",
            fix="Write 'kind', 'connection' and 'table', each on a line of its own.",
        )
    try:
        source = Source.model_validate(words.content)
    except ValidationError as error:
        raise explain(error, where, words.lines, Source) from None
    if source.query is not None:
        line = words.lines.get(("query",), 1)
        read_only(source.query, DIALECTS[source.kind], f"{where}, line {line}")
    return source

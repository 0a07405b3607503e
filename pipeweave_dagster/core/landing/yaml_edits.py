"""Changing `pipeweave.yaml` as a person would: the new lines added, all others left as they are."""

import io
import re
from typing import Any

import yaml

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing.yaml_settings import parse_settings, settings_from
from pipeweave_dagster.core.quality.user_decisions import merged

_NEVER_WRAPPED = 1 << 20
_INDENTED = re.compile(r"^( +)[^\s#-]", re.MULTILINE)


def edited(data: bytes, patch: dict[str, Any]) -> bytes | None:
    """The file with a patch laid over it as `merged` does, and comments and order kept.

    Args:
        data: The file; valid settings.
        patch: Settings to add or to replace.

    Returns:
        The new file, which was read again and says what it should; None if it cannot be made so.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.util import load_yaml_guess_indent

    editor: Any = YAML()
    editor.preserve_quotes = True
    editor.width = _NEVER_WRAPPED
    try:
        before = yaml.safe_load(data)
        if before:
            text = data.decode("utf-8-sig")
            content, inner, dash = load_yaml_guess_indent(text, yaml=editor)
            inner, dash = inner or 2, dash or 0
            step = min((len(m[1]) for m in _INDENTED.finditer(text)), default=2)
            editor.indent(mapping=step, sequence=max(inner, dash + 2), offset=dash)
            _lay_over(content, patch)
            made = _written(editor, content)
        else:  # comments at most
            made = data.rstrip() + b"\n" * bool(data) + _written(editor, _quoted(patch))
        wanted = settings_from(merged(before or {}, patch), "the edited file")
        return made if parse_settings(made) == wanted else None
    except (YAMLError, yaml.YAMLError, PipeWeaveError, ValueError, TypeError, AttributeError):
        return None


def _written(editor: Any, content: Any) -> bytes:
    out = io.BytesIO()
    editor.dump(content, out)
    return out.getvalue()


def _lay_over(content: Any, patch: dict[str, Any]) -> None:
    """As `merged`, in place."""
    for key, value in patch.items():
        before = content.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            _lay_over(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            before.extend(_quoted(item) for item in value if item not in before)
        else:
            content[_quoted(key)] = _quoted(value)


def _quoted(value: Any) -> Any:
    """The value with quotes around each text that YAML 1.1 would not read as that text."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, dict):
        return {_quoted(key): _quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    if isinstance(value, str) and not _is_plain(value):
        return DoubleQuotedScalarString(value)
    return value


def _is_plain(text: str) -> bool:
    try:
        return bool(yaml.safe_load(text) == text)
    except yaml.YAMLError:
        return False

"""Edits `pipeweave.yaml` in place: adds lines, and keeps comments, order and quotes."""

import copy
import io
import re
from collections.abc import Collection
from typing import Any

import yaml

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing.merge_settings import merge_settings
from pipeweave_dagster.core.landing.undo_settings import Path, drop_keys
from pipeweave_dagster.core.landing.yaml_settings import (
    parse_settings,
    read_content,
    settings_from,
)

_NO_WRAPPING = 1 << 20
_INDENTATION = re.compile(r"^( +)[^\s#-]", re.MULTILINE)


def edited(
    data: bytes,
    patch: dict[str, Any],
    replaced: Collection[str] = (),
    removed: Collection[Path] = (),
) -> bytes | None:
    r"""Return the file with a patch merged in, with comments and order kept.

    Args:
        data: The file; valid settings.
        patch: Settings to merge in, as `merge_settings` does.
        replaced: Keys of the patch whose values replace the old ones instead of being merged.
        removed: Keys to leave out afterwards, see `drop_keys`.

    Returns:
        The new file, verified by parsing it again; None if it cannot be edited in place.

    Example:
        >>> edited(b"target: churn  # the label\n", {"metric": "roc_auc"})
        b'target: churn  # the label\nmetric: roc_auc\n'
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.util import load_yaml_guess_indent

    editor: Any = YAML()
    editor.preserve_quotes = True
    editor.width = _NO_WRAPPING
    try:
        before, kept = read_content(data).content, {}
        if before:
            text = data.decode("utf-8-sig")
            content, inner, dash = load_yaml_guess_indent(text, yaml=editor)
            inner, dash = inner or 2, dash or 0
            step = min((len(m[1]) for m in _INDENTATION.finditer(text)), default=2)
            editor.indent(mapping=step, sequence=max(inner, dash + 2), offset=dash)
            kept = {key: value for key, value in before.items() if key not in replaced}
            merged = {key: value for key, value in patch.items() if key not in replaced}
            _merge_in_place(content, merged, before)
            content.update({key: _with_quotes(patch[key]) for key in replaced})
            drop_keys(content, removed)
            new = _dumped(editor, content)
        else:  # comments at most
            new = data.rstrip() + b"\n" * bool(data) + _dumped(editor, _with_quotes(patch))
        settings = copy.deepcopy(merge_settings(kept, patch))
        drop_keys(settings, removed)
        expected = settings_from(settings, "the edited file")
        return new if parse_settings(new) == expected else None
    except (YAMLError, yaml.YAMLError, PipeWeaveError, ValueError, TypeError, AttributeError):
        return None


def _dumped(editor: Any, content: Any) -> bytes:
    out = io.BytesIO()
    editor.dump(content, out)
    return out.getvalue()


def _merge_in_place(content: Any, patch: dict[str, Any], words: Any) -> None:
    """Merge as `merge_settings` does, into the parsed file; `words` are its entries as written."""
    for key, value in patch.items():
        before = content.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            _merge_in_place(before, value, words[key])
        elif isinstance(before, list) and isinstance(value, list):
            before.extend(_with_quotes(item) for item in value if item not in words[key])
        else:
            content[_with_quotes(key)] = _with_quotes(value)


def _with_quotes(value: Any) -> Any:
    """Return the value with quotes around each string that YAML 1.1 would read otherwise."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, dict):
        return {_with_quotes(key): _with_quotes(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_quotes(item) for item in value]
    if isinstance(value, str) and not _is_plain(value):
        return DoubleQuotedScalarString(value)
    return value


def _is_plain(text: str) -> bool:
    try:
        return bool(yaml.safe_load(text) == text)
    except yaml.YAMLError:
        return False

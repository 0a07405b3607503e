"""Read YAML with the words of the file: where a setting is text, `no` stays `no`, and `007` `007`.

YAML 1.1 reads `yes`, `no`, `on` and `off` as true or false, `010` as 8, `1:30` as 90 and `NULL` as
nothing. A target may be called `on`, a class `no` and a country `NO`.
"""

from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

Path = tuple[str | int, ...]
_NOTHING = "tag:yaml.org,2002:null"
_BOOLEAN = "tag:yaml.org,2002:bool"
_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null")}
_MAX_EVENTS = 20_000
_MAX_DEPTH = 50


@dataclass
class Words:
    """The content of a YAML file, and where each entry stands.

    Attributes:
        content: Maps, lists and scalars; keys, and scalars where the model wants text, are the
            words of the file.
        lines: Line of each entry, from 1, by its keys and positions.
    """

    content: Any = None
    lines: dict[Path, int] = field(default_factory=dict)


def read_words(data: bytes, model: type[BaseModel]) -> Words:
    """Parse YAML; its scalars become what the fields of `model` want.

    Raises:
        yaml.YAMLError: For invalid syntax, a key that is given twice (the message has both lines),
            tags of other languages, and features that make a short file expensive to parse.
        ValueError: For an impossible scalar, such as the date 2024-13-01.

    Example:
        >>> from pipeweave_dagster.core.documents import DatasetSettings
        >>> read_words(b"target: on", DatasetSettings).content
        {'target': 'on'}
    """
    _reject_bombs(data)
    node = yaml.compose(data, Loader=yaml.SafeLoader)
    words = Words()
    if node is not None:
        words.content = _value(node, model, (), words)
    return words


def _reject_bombs(data: bytes) -> None:
    """Reject YAML features that make a short file expensive to parse; no settings need them.

    Aliases can expand to gigabytes, and parsing time is quadratic in the depth of nested brackets
    (5 kB of them take five seconds).
    """
    depth = 0
    for count, event in enumerate(yaml.parse(data, Loader=yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        tagged = getattr(event, "tag", None) not in {None, "!", *_TAGS}
        crowded = count > _MAX_EVENTS or depth > _MAX_DEPTH
        if isinstance(event, yaml.AliasEvent) or tagged or crowded:
            raise yaml.YAMLError(
                "aliases, other tags, and too many or too deeply nested entries are not allowed"
            )


def _value(node: yaml.Node, wanted: Any, path: Path, words: Words) -> Any:
    words.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, wanted, path, words)
    if isinstance(node, yaml.SequenceNode):
        inner = _inside(wanted, list)
        items = enumerate(node.value)
        return [_value(item, inner, (*path, place), words) for place, item in items]
    unset = node.tag == _NOTHING and type(None) in get_args(wanted)
    if _wants_text(wanted) and not unset:
        return node.value
    return _scalar(node)


def _mapping(node: yaml.MappingNode, wanted: Any, path: Path, words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(None, None, "a key is not a scalar", key_node.start_mark)
        key, line = str(key_node.value), key_node.start_mark.line + 1
        place = (*path, key)
        if key in found:
            raise yaml.MarkedYAMLError(
                None, None, f"{key[:60]!r} is set twice, in line {words.lines[place]} and in line "
                f"{line}", key_node.start_mark,
            )  # fmt: skip
        words.lines[place] = line
        found[key] = _value(value_node, _of_key(wanted, key), place, words)
    return found


def _scalar(node: yaml.Node) -> Any:
    """Return a scalar as YAML reads it, but true and false only where they are written so."""
    if node.tag == _BOOLEAN and node.value.casefold() not in ("true", "false"):
        return node.value
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    finally:
        loader.dispose()


def _wants_text(wanted: Any) -> bool:
    """Return whether a field takes text and nothing else (or nothing at all)."""
    options = [option for option in _options(wanted) if option is not type(None)]
    return bool(options) and all(option is str or isinstance(option, str) for option in options)


def _options(wanted: Any) -> list[Any]:
    """Return the types (and literals) of a union, else the type itself."""
    if get_origin(wanted) in (list, dict):
        return [wanted]
    parts = get_args(wanted)
    return [option for part in parts for option in _options(part)] if parts else [wanted]


def _inside(wanted: Any, kind: type) -> Any:
    """Return the type of the values of a list or map; Any where the field is something else."""
    for option in _options(wanted):
        if get_origin(option) is kind:
            return get_args(option)[-1]
    return Any


def _of_key(wanted: Any, key: str) -> Any:
    """Return the type that a key of a mapping wants."""
    for option in _options(wanted):
        if isinstance(option, type) and issubclass(option, BaseModel):
            known = option.model_fields.get(key)
            return Any if known is None else known.annotation
    return _inside(wanted, dict)

"""Says in plain words what settings do that accept a proposal: it labels the answer."""

import json
from typing import Any

_LONGEST_NAME, _LONGEST_VALUE = 60, 20
_MOST_NAMES = 2
_OTHERS = {
    "target": "predict {}",
    "task": "treat the target as {}",
    "metric": "select models by {}",
    "totals": "leave sums of other rows out of training",
}
_SPLITS = {
    "time": "test on the latest rows by {}",
    "group": "keep rows with the same {} together in the split",
    "fold": "split by the parts in {}",
}


def patch_text(patch: dict[str, Any]) -> str:
    """Return what a patch of `pipeweave.yaml` does, such as `drop 'late'`; empty for none."""
    acts = [*_column_acts(patch.get("columns", {})), *_split_acts(patch.get("split", {}))]
    for key, value in patch.items():
        if key not in {"columns", "split"}:
            acts.append(_OTHERS.get(key, f"set {key} in pipeweave.yaml").format(_shown(value)))
    return "; ".join(acts)


def setting_text(patch: dict[str, Any], most: int = 3) -> str:
    """Return a patch with one key as it is written in `pipeweave.yaml`, for a proposal."""
    ((setting, options),) = patch.items()
    named = [*options.items()]
    inner = ", ".join(f"{_key(name)}: {_flow(value)}" for name, value in named[:most])
    rest = f", and the same for the other {len(named) - most}" if len(named) > most else ""
    return f"{setting}: {{{inner}}}{rest}"


def _column_acts(columns: dict[str, dict[str, Any]]) -> list[str]:
    """Return one act for each setting; columns with the same one share it."""
    shared: dict[str, list[str]] = {}
    for name, options in columns.items():
        for key, value in options.items():
            shared.setdefault(_act(key, value), []).append(name)
    return [act.replace("\0", _names(names)) for act, names in shared.items()]


def _act(key: str, value: Any) -> str:
    """Return what a setting of a column does; a NUL stands for the columns."""
    if key == "drop" and value is True:
        return "drop \0"
    if key == "missing":
        return f"read {' and '.join(map(_shown, value[:3]))} as missing in \0"
    if key == "merge_spellings" and value is True:
        return "merge the spellings in \0"
    return f"set {key} of \0 to {_shown(value)}"


def _split_acts(split: dict[str, Any]) -> list[str]:
    return [_SPLITS.get(key, f"set split: {key}").format(_shown(v)) for key, v in split.items()]


def _names(names: list[str]) -> str:
    shown = [f"'{name[:_LONGEST_NAME]}'" for name in names]
    if len(shown) > _MOST_NAMES + 1:
        shown = [*shown[:_MOST_NAMES], f"{len(shown) - _MOST_NAMES} others"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _shown(value: Any) -> str:
    text = str(value)
    return f"'{text[:_LONGEST_NAME]}'" if isinstance(value, str) else text[:_LONGEST_VALUE]


def _key(name: str) -> str:
    return _flow(name[:_LONGEST_NAME])


def _is_word(text: str) -> bool:
    """Return whether YAML reads an unquoted text as this text."""
    return text.isidentifier() and text.lower() not in _WORDS


def _flow(value: Any) -> str:
    if isinstance(value, str) and _is_word(value):
        return value
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(v)}' for key, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return json.dumps(value, ensure_ascii=False)


_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""Plain words that YAML reads as something else than text."""

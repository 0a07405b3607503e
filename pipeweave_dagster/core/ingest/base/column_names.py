"""Make column names non-empty and unique, whatever the header contains."""

from pipeweave_dagster.core.model.column_names import visible_name


def unique_names(headers: list[str]) -> tuple[list[str], list[str]]:
    """Return unique names, and a note for each name that was changed.

    Blank headers become `column_3` (counted from 1), repeated ones get a suffix `_2`, `_3` …, and
    whitespace is trimmed and collapsed, invisible characters are removed. Names are compared
    ignoring case, because databases and file formats do.
    """
    names: list[str] = []
    notes: list[str] = []
    taken: set[str] = set()
    any_named = any(h.strip() for h in headers)  # without a header, one note covers all columns
    visible = [visible_name(h) for h in headers]
    requested = {name.casefold() for name in visible}
    for index, (header, own) in enumerate(zip(headers, visible, strict=True)):
        base = own or f"column_{index + 1}"
        name, count = base, 1
        while name.casefold() in taken or (name.casefold() in requested and name != own):
            count += 1
            name = f"{base}_{count}"
        taken.add(name.casefold())
        names.append(name)
        if own and own != " ".join(header.split()):
            notes.append(
                f"Column {index + 1}: {name!r} was stored without invisible characters or with its"
                " accents composed (Unicode NFC)."
            )
        if not own and any_named:
            notes.append(f"Column {index + 1} has no name; it was named {name!r}.")
        elif own and count > 1:
            notes.append(
                f"Column {index + 1} repeats the name {base!r}; it was renamed to {name!r}."
            )
    return names, notes

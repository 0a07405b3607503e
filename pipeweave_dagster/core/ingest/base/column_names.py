"""Column names that are present and unique, whatever the header held."""


def unique_names(headers: list[str]) -> tuple[list[str], list[str]]:
    """Usable names and the notes that say what was changed.

    Blank headers become `column_3` (counted from 1), repeated ones get `_2`, `_3` … ; blanks
    around and line breaks inside a name are taken out. The comparison ignores case, because
    databases and file formats do.
    """
    names: list[str] = []
    notes: list[str] = []
    taken: set[str] = set()
    any_named = any(h.strip() for h in headers)  # without a header, one note says it all
    wanted = {" ".join(h.split()).casefold() for h in headers}
    for index, header in enumerate(headers):
        base = " ".join(header.split()) or f"column_{index + 1}"
        own = " ".join(header.split())
        name, count = base, 1
        while name.casefold() in taken or (name.casefold() in wanted and name != own):
            count += 1
            name = f"{base}_{count}"
        taken.add(name.casefold())
        names.append(name)
        if not header.strip() and any_named:
            notes.append(f"Column {index + 1} has no name; it is called {name!r}.")
        elif header.strip() and count > 1:
            notes.append(f"Column {index + 1} repeats the name {base!r}; it is called {name!r}.")
    return names, notes

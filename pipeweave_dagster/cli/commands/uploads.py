"""`pipeweave upload`, `upload-url` and `upload-complete`: files into the landing zone."""

from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit
from pipeweave_dagster.cli.support.uploads import readable
from pipeweave_dagster.core.naming import SETTINGS_FILE, check_slug, name_of_file
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.upload_addresses import file_name_of, landing_name, open_ticket
from pipeweave_dagster.services.upload_completion import complete_upload, place
from pipeweave_dagster.services.workbench import Workbench

_DEFAULT_EXPIRY_S = 3600


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: `pipeweave upload churn.csv --name churn`")(upload)
    app.command("upload-url", epilog="Example: `pipeweave upload-url churn --json`")(upload_url)
    app.command(
        "upload-complete",
        epilog="Example: `pipeweave upload-complete churn UPLOAD_ID --size 1024 --sha256 9f86…`",
    )(upload_complete)


def upload(
    file: Annotated[Path, typer.Argument(help="File to upload.")],
    name: Annotated[
        str | None, typer.Option(help="Data set; default: derived from the file name.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Copy a file into the landing zone; the sensor then starts its run."""
    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    dataset = check_slug(name) if name else name_of_file(path.name)
    with home.workbench() as bench:
        key = f"uploads/{dataset}/{file_name_of(path.name)}"
        version = place(bench.store, dataset, key, path)
    facts = {"dataset": dataset, "key": key, "version": version, "storage": settings.storage_url}
    emit(facts, json, f"Uploaded to {settings.storage_url}/{key}")


def upload_url(
    name: Annotated[str, typer.Argument(help="Data set.")],
    file_name: Annotated[str, typer.Option(help="File name in the landing zone.")] = ("upload.csv"),
    expires: Annotated[
        int, typer.Option(help="Seconds until the URL expires.", min=1, max=604_800)
    ] = _DEFAULT_EXPIRY_S,
    checked: Annotated[
        bool,
        typer.Option(
            "--checked", help="The file shows only after `upload-complete`; always on a folder."
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Create an upload URL: whoever has it can upload one file without credentials.

    A folder has no server of its own: the pages ('pipeweave dev' or 'pipeweave web') receive the
    file.
    """
    settings = home.prepare()
    dataset = check_slug(name)
    with home.workbench() as bench:
        if checked or not settings.storage_is_s3:
            facts = open_ticket(bench.store, settings, dataset, file_name, expires_s=expires)
        else:
            facts = _straight_into_the_zone(bench, dataset, file_name, expires)
    emit(facts, json, _curl(facts, file_name_of(file_name)))


def _straight_into_the_zone(
    bench: Workbench, dataset: str, file_name: str, expires: int
) -> dict[str, Any]:
    # Whoever may start commands may also have somebody else send the settings, by their exact name.
    name = file_name if file_name == SETTINGS_FILE else landing_name(file_name)
    key, limit = f"uploads/{dataset}/{name}", bench.settings.max_dataset_bytes
    post = bench.store.storage.presign_upload(key, limit, expires)
    audit.record(bench.store, "upload_url", dataset, after={"key": key, "expires_s": expires})
    return {
        "dataset": dataset,
        "key": key,
        "method": "POST",
        "url": post["url"],
        "fields": post["fields"],
        "max_bytes": limit,
        "expires_s": expires,
    }


def _curl(facts: dict[str, Any], file_name: str) -> str:
    """Return the command that uploads, and the one that says that it is complete."""
    given = [f"-H {quote(f'{name}: {value}')}" for name, value in facts.get("headers", {}).items()]
    given += [f"-F {quote(f'{name}={value}')}" for name, value in facts["fields"].items()]
    sent = (
        f"-T {quote(file_name)}"
        if facts["method"] == "PUT"
        else f"-F {quote(f'file=@{file_name}')}"
    )
    lines = [f"curl {' '.join([*given, sent])} {quote(facts['url'])}"]
    if "upload_id" in facts:
        complete = f"pipeweave upload-complete {facts['dataset']} {facts['upload_id']}"
        lines.append(f"{complete} --size BYTES --sha256 SHA256")
    return "\n".join(lines)


def upload_complete(
    name: Annotated[str, typer.Argument(help="Data set.")],
    upload_id: Annotated[str, typer.Argument(help="Id that `upload-url` returned.")],
    size: Annotated[int, typer.Option(help="Size of the file in bytes.", min=0)],
    sha256: Annotated[str, typer.Option(help="Its sha256, in hexadecimal digits.")],
    json: AsJson = False,
) -> None:
    """Check an uploaded file against its size and sha256, and move it into the landing zone."""
    home.prepare()
    with home.workbench() as bench:
        facts = complete_upload(bench.store, check_slug(name), upload_id, size, sha256)
    emit(facts, json, f"Complete: {facts['key']}")

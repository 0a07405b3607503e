"""`pipeweave upload` and `upload-url`: files into the landing zone."""

from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit
from pipeweave_dagster.cli.support.uploads import place, readable, safe_name
from pipeweave_dagster.core.naming import check_slug, name_of_file

_DEFAULT_EXPIRY_S = 3600


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: `pipeweave upload churn.csv --name churn`")(upload)
    app.command("upload-url", epilog="Example: `pipeweave upload-url churn --json`")(upload_url)


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
        key = f"uploads/{dataset}/{safe_name(path)}"
        version = place(bench.store, dataset, key, path)
    facts = {"dataset": dataset, "key": key, "version": version, "storage": settings.storage_url}
    emit(facts, json, f"Uploaded to {settings.storage_url}/{key}")


def upload_url(
    name: Annotated[str, typer.Argument(help="Data set.")],
    file_name: Annotated[str, typer.Option(help="File name in the landing zone.")] = ("upload.csv"),
    expires: Annotated[
        int, typer.Option(help="Seconds until the URL expires.", min=1, max=604_800)
    ] = _DEFAULT_EXPIRY_S,
    json: AsJson = False,
) -> None:
    """Create a presigned URL: whoever has it can upload one file to S3 without credentials."""
    settings = home.prepare()
    dataset = check_slug(name)
    key = f"uploads/{dataset}/{safe_name(Path(file_name))}"
    with home.workbench() as bench:
        post = bench.store.storage.presign_upload(key, settings.max_dataset_bytes, expires)
    facts = {
        "dataset": dataset,
        "key": key,
        "url": post["url"],
        "fields": post["fields"],
        "max_bytes": settings.max_dataset_bytes,
        "expires_s": expires,
    }
    fields = " ".join(f"-F '{field}={value}'" for field, value in post["fields"].items())
    emit(facts, json, f"curl {fields} -F 'file=@{safe_name(Path(file_name))}' '{post['url']}'")

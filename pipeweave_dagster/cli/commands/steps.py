"""`pipeweave steps`: the steps that a pipeline can use."""

import typer

from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.core.pipelines.custom_steps import custom_steps, known_steps


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Steps that a pipeline can use.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave steps ls`")(ls)
    app.add_typer(group, name="steps")


def ls(json: AsJson = False) -> None:
    """List all steps with their parameters, including those of installed packages."""
    origin = {name: step.__module__.partition(".")[0] for name, step in custom_steps().items()}
    facts = [
        {
            "step": name,
            "kind": step.kind,
            "from": origin.get(name, "pipeweave"),
            "params": {p: [t.__name__ for t in types] for p, types in step.params.items()},
            "about": step.about,
        }
        for name, step in known_steps().items()
    ]
    rows = [(f["step"], f["kind"], f["from"], ", ".join(f["params"]), f["about"]) for f in facts]
    emit(
        {"steps": facts}, json, columns(["step", "kind", "from", "parameters", "description"], rows)
    )

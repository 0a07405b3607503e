"""`pipeweave advice`: preview requests to the LLM, and show or replay recorded calls."""

import json as jsonlib
from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.services.known_datasets import known

Name = Annotated[str, typer.Argument(help="Data set.")]
_LINE = 2000


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="LLM advice: preview requests, show and replay recorded calls.", no_args_is_help=True
    )
    group.command("preview", epilog="Example: `pipeweave advice preview titanic`")(preview)
    group.command("list", epilog="Example: `pipeweave advice list titanic`")(list_)
    group.command("show", epilog="Example: `pipeweave advice show titanic 3f2a`")(show)
    group.command("replay", epilog="Example: `pipeweave advice replay titanic`")(replay)
    app.add_typer(group, name="advice")


def preview(name: Name, json: AsJson = False) -> None:
    """Print the exact requests that a run would send to the LLM; nothing is sent."""
    from pipeweave_dagster.core.advice.call_cost import most_usd
    from pipeweave_dagster.services.advice_replay import preview as requests_of

    settings = home.prepare()
    with home.workbench() as bench:
        found = requests_of(bench, known(bench.store, name))
    facts = [{**r.model_dump(mode="json"), "most_usd": round(most_usd(r), 6)} for r in found]
    text = "\n\n".join(_request_text(fact) for fact in facts)
    nothing = f"Nothing would be sent at advice level {settings.advice_level!r}."
    emit({"dataset": name, "requests": facts}, json, text or nothing)


def _request_text(request: dict[str, Any]) -> str:
    head = (
        f"== {request['adviser']}: {request['model']}, prompt {request['prompt']}, level "
        f"{request['level']}, at most {request['most_usd']:.4f} USD =="
    )
    parts = (request["instruction"], request["facts"])
    schema = jsonlib.dumps(request["response_schema"])
    return "\n".join([head, *map(_lines, parts), "-- response schema --", _lines(schema)])


def _lines(text: str) -> str:
    return "\n".join(plain(line, _LINE) for line in text.splitlines())


def list_(name: Name, json: AsJson = False) -> None:
    """List the recorded LLM calls, oldest first, with tokens and cost."""
    from pipeweave_dagster.services.advice_records import records

    home.prepare()
    with home.workbench() as bench:
        found = records(bench.store, known(bench.store, name))
    facts = [
        {"key": r.key, "adviser": r.request.adviser, "model": r.request.model,
         "level": r.request.level, "tokens_in": r.reply.tokens_in,
         "tokens_out": r.reply.tokens_out, "cost_usd": r.cost_usd, "seconds": r.seconds,
         "asked_at": r.asked_at}
        for r in found
    ]  # fmt: skip
    header = ["key", "adviser", "model", "level", "tokens in", "out", "USD", "seconds"]
    rows = [[*list(f.values())[:6], f"{f['cost_usd']:.6f}", f["seconds"]] for f in facts]
    total = f"{len(found)} calls, {sum(r.cost_usd for r in found):.6f} USD"
    emit({"dataset": name, "calls": facts}, json, f"{columns(header, rows)}\n{total}")


def show(
    name: Name,
    key: Annotated[str, typer.Argument(help="Key of a call, or its first characters.")],
    json: AsJson = False,
) -> None:
    """Show one recorded LLM call in full: request, reply, tokens and cost."""
    from pipeweave_dagster.services.advice_records import records

    home.prepare()
    with home.workbench() as bench:
        found = [r for r in records(bench.store, known(bench.store, name)) if r.key.startswith(key)]
    if len(found) != 1:
        raise not_found(
            f"{len(found)} recorded calls of {name!r} begin with {key[:40]!r}.",
            fix=f"See 'pipeweave advice list {name}'.",
        )
    facts = found[0].model_dump(mode="json")
    request = _request_text({**facts["request"], "most_usd": facts["cost_usd"]})
    emit(facts, json, f"{request}\n-- reply --\n{_lines(facts['reply']['text'])}")


def replay(name: Name, json: AsJson = False) -> None:
    """Rebuild the advised documents from the recorded calls, offline, and compare them."""
    from pipeweave_dagster.services.advice_replay import replay as replayed

    home.prepare()
    with home.workbench() as bench:
        found = replayed(bench, known(bench.store, name))
    facts = [r._asdict() for r in found]
    wrong = [r.adviser for r in found if not r.same]
    if wrong:
        raise validation_error(
            f"Replaying the calls of {name!r} gives other documents for: {', '.join(wrong)}.",
            fix="Run the data set again: rules or prompts have changed since.",
            replayed=facts,
        )
    rows = [(r.adviser, "same", r.words) for r in found]
    text = columns(["adviser", "result", "document"], rows, width=120)
    emit(
        {"dataset": name, "replayed": facts},
        json,
        text if found else "No document uses LLM advice.",
    )

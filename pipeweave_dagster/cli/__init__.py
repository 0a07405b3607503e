"""The command line: one module a noun. `main` is the entry point."""

import sys


def main() -> None:
    """Run one command; every error becomes one line (or one JSON envelope) and an exit code."""
    from pipeweave_dagster.cli.app import build_app
    from pipeweave_dagster.cli.output import fail
    from pipeweave_dagster.core.errors import PipeWeaveError

    try:
        build_app()()
    except PipeWeaveError as error:
        sys.exit(fail(error, as_json="--json" in sys.argv))
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output has gone, such as `| head`
        sys.stderr.close()
        sys.exit(0)


__all__ = ["main"]

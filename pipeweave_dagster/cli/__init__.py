"""The command line, one module per command or group. `main` is the entry point."""

import logging
import sys

from pipeweave_dagster.adapters.child_process import preloads, start_ahead


def main() -> None:
    """Run one command; print an error as one line, or as JSON, and exit with its code."""
    _start_workers(sys.argv[1:])
    if logging.lastResort is not None:
        logging.lastResort.addFilter(_no_interrupt)
    from pipeweave_dagster.cli.app import build_app
    from pipeweave_dagster.cli.support.output import fail
    from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
    from pipeweave_dagster.settings import debug_wanted

    try:
        build_app(sys.argv[1] if len(sys.argv) > 1 else None)()
    except PipeWeaveError as error:
        sys.exit(fail(error, as_json="--json" in sys.argv))
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)
    except BrokenPipeError:  # the reader of the output has closed it, such as `| head`
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if debug_wanted():
            raise
        problem = PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"{type(error).__name__}: {error}",
            fix="This is a bug in PipeWeave; set PIPEWEAVE_DEBUG=1 to see the traceback.",
        )
        sys.exit(fail(problem, as_json="--json" in sys.argv))


def _start_workers(arguments: list[str]) -> None:
    """Start the processes of commands that need them, so that all import at the same time."""
    command = arguments[0] if len(arguments) > 1 and "--help" not in arguments else ""
    rolls_back = command == "models" and arguments[1] == "rollback"
    if command == "predict" or rolls_back:  # the process that imports most begins first
        start_ahead(preloads.SCORING, "mlflow")
    if command in preloads.OF_COMMANDS:
        start_ahead(preloads.OF_COMMANDS[command])


def _no_interrupt(record: logging.LogRecord) -> bool:
    """Filter out tracebacks of Ctrl-C: database drivers log whatever interrupts a call.

    The command reports the interrupt itself.
    """
    error = record.exc_info[1] if record.exc_info else None
    return error is None or isinstance(error, Exception)


__all__ = ["main"]

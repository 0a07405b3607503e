"""`python -m pipeweave_dagster.cli`, where no script is installed."""

from pipeweave_dagster.cli import main

main()

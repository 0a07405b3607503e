"""Codes of 17 digits and more: what findings, schema and report quote is in the file."""

import random
import re

import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.eda import build_report
from pipeweave_dagster.core.quality import inspect

pytestmark = pytest.mark.slow  # the file with all its variants


def table(first, rows=300):
    rng = random.Random(0)
    lines = ["code,key,ref,amount,y"]
    for i in range(rows):
        code = first + rng.randrange(12) * 3
        shown = code if i % 11 else ""
        other = first + rng.randrange(60)
        label = "ab"[(code % 5 > 2) ^ (i % 17 == 0)]
        lines.append(f"{shown},{first * 7 + i * 13},{other},{rng.random():.3f},{label}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("target", ["y", "code", "amount"])
@pytest.mark.parametrize("first", [100000000000000001, -900000000000000017, 1234567890123456789])
def test_no_long_number_is_quoted_that_is_not_in_the_file(version, tmp_path, target, first):
    text = table(first)
    if abs(first) > 10**18:
        text = re.sub(r"(?m)^(.*?),\d+,", r"\1,1,", text)  # seven times the code is too long
    made = version(text, target=target)
    assert made.schema.column("code").type == "categorical"
    settings = DatasetSettings(target=target)
    findings = inspect(made.snapshot, made.schema, made.data, settings)
    out = tmp_path / "report"
    out.mkdir()
    build_report(dataset="a", snapshot=made.snapshot, schema=made.schema, data=made.data, out=out)
    quoted = [made.schema.to_json().decode(), findings.to_json().decode()]
    quoted += [path.read_text() for path in out.iterdir()]
    for words in quoted:
        long = re.findall(r"(?<![\w.])\d[\d,]{15,}(?![\w.])", words)
        assert [n for n in long if n.replace(",", "") not in text] == []
        assert re.findall(r"\de\+1\d", words) == []


def test_times_in_nanoseconds_are_amounts(version):
    lines = [f"{1700000000000000000 + i * 86_400_000_000_000},{i % 2}" for i in range(60)]
    column = version("timestamp_ns,y\n" + "\n".join(lines)).schema.column("timestamp_ns")
    assert column.type != "categorical"

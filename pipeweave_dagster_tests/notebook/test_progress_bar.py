"""The progress bar of notebooks and terminals."""

import os
import pty
import re
import subprocess
import sys
import termios
import time

import pytest

from pipeweave_dagster.notebook.progress_bar import ProgressBar

SCRIPT = """
import time
from pipeweave_dagster.notebook.progress_bar import ProgressBar
with ProgressBar(20.0, wanted={wanted}) as bar:
    bar.training("log_loss", time.monotonic())
    bar.on_fold("svm", 0.25)
    bar.stage("Training")
    {then}
"""


def in_terminal(wanted, then="pass"):
    """Return what a script writes to standard error, which is a terminal."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 100))
    command = [sys.executable, "-c", SCRIPT.format(wanted=wanted, then=then)]
    subprocess.run(command, check=True, stderr=slave, timeout=60)
    os.write(slave, b"end")
    text = b""
    while not text.endswith(b"end"):
        text += os.read(master, 1 << 16)
    os.close(slave)
    os.close(master)
    return text


def test_a_terminal_shows_the_bar_and_is_left_clean():
    text = in_terminal(wanted=True)
    assert b"Training: 0 s (budget 20 s), best log_loss 0.25 (svm), 1 candidate |" in text
    assert text.endswith(b"\rend")


def test_an_extended_budget_is_shown_and_the_bar_fills_with_it(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    late = 'bar.training("log_loss", time.monotonic() - 20); bar.on_extension(40.0)'
    text = in_terminal(wanted=True, then=f"{late}; bar.stage('Training')").decode()
    [*_, bar] = re.findall(
        r"Training: 20 s \(budget 20 s, extended to 40 s\),[^|]*\|([^|]*)\|", text
    )
    assert 0.3 < bar.count("\N{FULL BLOCK}") / len(bar) < 0.7


def test_it_can_be_switched_off():
    assert in_terminal(wanted=False) == b"end"


def test_a_pipe_gets_nothing():
    command = [sys.executable, "-c", SCRIPT.format(wanted=True, then="pass")]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize(("metric", "best"), [("roc_auc", "linear"), ("log_loss", "svm")])
def test_the_best_follows_the_direction_of_the_metric(metric, best):
    bar = ProgressBar(10.0, wanted=False)
    bar.training(metric, time.monotonic() - 4)
    folds = [("svm", 0.2), ("linear", 0.3), ("svm", 0.2), ("linear", 0.3)]
    for name, score in [*folds, ("lucky", 0.9), ("low", 0.1)]:  # one fold does not compare
        bar.on_fold(name, score)
    assert bar.text.startswith("Training: 4 s (budget 10 s)")
    assert f"({best}), 4 candidates" in bar.text
    bar.stage("Evaluating")
    assert bar.text.startswith("Evaluating: 4 s,")

"""Read files that decompress to gigabytes, as a run does: peak memory of the child, seconds, error.

    python benchmarks/hostile_files.py [--only NAME] [--max-mb MAX_DATASET_SIZE_MB]

Every file must end in a coded error within 5 s of processor time, with less than 1 GB in the
child.
"""

import argparse
import contextlib
import os
import re
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import IngestLimits, ingest
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.bombs import BOMBS

_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
_MOST_MB, _MOST_S = 1024, 5
_TICKS = os.sysconf("SC_CLK_TCK")


class Peak:
    """The largest memory that the child of a workbench has had, in MB."""

    def __init__(self, bench: Workbench) -> None:
        self.mb = self.cpu_s = 0.0
        self._bench = bench
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._ended.wait(0.01):
            pid = self._bench.data_pid
            with contextlib.suppress(OSError, TypeError):
                status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
                self.mb = max(self.mb, int(_PEAK.findall(status)[0]) / 1024)
                times = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[13:15]
                self.cpu_s = max(self.cpu_s, sum(map(int, times)) / _TICKS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def explode(path: Path, name: str, settings: Settings, out: Path) -> tuple[Peak, float, str, str]:
    """Return what the child took, seconds, error code and message of one file."""
    file = RawFile(name=name, sha256="0" * 64, size_bytes=path.stat().st_size)
    with Workbench(settings) as bench, Peak(bench) as peak:
        began = time.monotonic()
        try:
            snapshot = bench.on_files(
                [path],
                ingest,
                upload=RawUpload(dataset="bomb", files=[file]),
                files=[path],
                out=out,
                limits=IngestLimits.for_files([path], settings.max_dataset_bytes),
            )
            code, text = "none", f"{snapshot.rows} rows"
        except PipeWeaveError as error:
            code, text = error.code.value, error.text
        return peak, time.monotonic() - began, code, text


def main() -> None:
    """Print the table; exit code 1 if a file got further than it may."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--max-mb", type=int, default=1024)
    chosen = parser.parse_args()
    failed = False
    print(f"{'format':18} {'kB':>7} {'peak MB':>8} {'seconds':>8} {'cpu s':>6}  error")
    for name, make in BOMBS.items():
        if chosen.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path, out = Path(folder) / "bomb", Path(folder) / "out"
            out.mkdir()
            file_name = make(path)
            settings = Settings(home=Path(folder) / "home", max_dataset_size_mb=chosen.max_mb)
            peak, seconds, code, text = explode(path, file_name, settings, out)
            # Seconds of processor time: others may work on this machine.
            bad = peak.mb > _MOST_MB or peak.cpu_s > _MOST_S or code == "none"
            failed |= bad
            size = path.stat().st_size / 1024
            figures = f"{size:7.0f} {peak.mb:8.0f} {seconds:8.1f} {peak.cpu_s:6.1f}"
            mark = "   <<<" if bad else ""
            print(f"{name:18} {figures}  {code} {text[:110]}{mark}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()

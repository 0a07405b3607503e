"""Threads of a fit are limited, also those of libraries that were loaded after the first one."""

import sys
import types

import sklearn.svm  # noqa: F401 - loads OpenMP
import threadpoolctl

from pipeweave_dagster.core.families import fit


def counts():
    return {found["filepath"]: found["num_threads"] for found in threadpoolctl.threadpool_info()}


def test_every_loaded_library_is_limited_and_gets_its_threads_back():
    with fit.threads_limited(2):
        before = counts()
        with fit.threads_limited(1):
            assert {*counts().values()} == {1}
        assert counts() == before


def test_libraries_are_looked_for_once_until_further_modules_are_imported(monkeypatch):
    looked = []
    plain = threadpoolctl.ThreadpoolController
    monkeypatch.setattr(threadpoolctl, "ThreadpoolController", lambda: looked.append(1) or plain())
    fit._loaded_libraries.cache_clear()
    for _ in range(3):
        with fit.threads_limited(1):
            pass
    assert len(looked) == 1
    monkeypatch.setitem(sys.modules, "one_more_module", types.ModuleType("one_more_module"))
    with fit.threads_limited(1):
        pass
    assert len(looked) == 2
    fit._loaded_libraries.cache_clear()

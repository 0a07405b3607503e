"""What leaves the repository works elsewhere: the wheel, the locks, the settings."""

import json
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
import yaml

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import EdaReport, PipelineSpec, SchemaDeduction
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.users import directory
from pipeweave_dagster.services.users.passwords import is_password
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.commands import SCORES_ALONE
from pipeweave_dagster_tests.offline import offline
from pipeweave_dagster_tests.program import output, run

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
NOT_SHIPPED = {".pyc", ".toml"}  # byte code, and the linter's settings of a folder


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the locked build backend and without network."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel, beside the packages of this environment.

    A `.pth` file adds this environment's packages, but `.pth` files in them (the editable install
    among them) are not followed, so `pipeweave_dagster` can only come from the wheel.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    programs = folder / "bin"
    python = str(programs / "python")
    find = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(find, check=True, capture_output=True, text=True).stdout.strip())
    (packages / "here.pth").write_text(sysconfig.get_path("purelib"))
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*install, "--python", python, str(wheel)], check=True)
    return programs


def test_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    files = (path for path in (ROOT / "pipeweave_dagster").rglob("*") if path.is_file())
    sources = {str(p.relative_to(ROOT)) for p in files if p.suffix not in NOT_SHIPPED}
    assert sources <= held
    assert not [name for name in held if name.startswith("pipeweave_dagster_tests")]


def test_command_works_from_the_wheel(elsewhere: Path, tmp_path: Path) -> None:
    assert "run" in output(elsewhere / "pipeweave", "--help", cwd=tmp_path)


def test_definitions_load_from_the_wheel(elsewhere: Path, tmp_path: Path) -> None:
    code = (
        "import pipeweave_dagster.definitions as d; print(d.__file__)\n"
        "print(*sorted(job.name for job in d.defs.resolve_all_job_defs()))"
    )
    where, jobs = output(elsewhere / "python", "-c", code, cwd=tmp_path).splitlines()
    assert Path(where).is_relative_to(elsewhere.parent)
    assert "process_dataset" in jobs.split()


@pytest.mark.slow
def test_the_demo_fills_an_installation_from_the_wheel_without_network(
    elsewhere: Path, home: Path
) -> None:
    # Its five runs go on with the workers of the first, which would only import the same again, and
    # explain no scores.
    kept = (ROOT / "pipeweave_dagster_tests" / "kept_workers.py").read_text()
    program = (
        f"{kept}\nkeep_workers()\n{SCORES_ALONE}\nfrom pipeweave_dagster.cli import main\nmain()"
    )
    words = ["demo", "--all", "--time-budget", "1", "--json"]
    command: list[str | Path] = [elsewhere / "python", "-c", program, *words]
    made = json.loads(output(*(offline(*command) or command), cwd=home.parent))
    store = DocumentStore(open_storage(Settings()), home / "cache")
    users = [(user.name, user.role) for user in directory.all_users(store)]
    assert users == [("approver", "approver"), ("editor", "editor"), ("viewer", "viewer")]
    for user in made["users"]:
        found = directory.find_user(store, user["name"])
        assert found is not None
        assert is_password(found.password, user["password"])
    assert store.datasets() == ("breast_cancer", "penguins", "student_math")
    reports = [store.latest(name, "eda_report", EdaReport) for name in store.datasets()]
    assert [r is not None and r.summary_file is not None for r in reports] == [True, False, False]
    for name in store.datasets():
        assert store.latest(name, "schema_deduction", SchemaDeduction) is not None
        assert store.latest(name, "pipeline", PipelineSpec) is not None
        assert aliases_of(store, name) == {"champion": "1"}
    assert len(history_of(store, "penguins").batches) == 2
    assert made["drift"] == "drifted"
    again = run(*command, cwd=home.parent)
    assert json.loads(again.stdout)["code"] == "VALIDATION_ERROR"


@pytest.mark.slow
def test_wheel_installs_into_an_empty_environment_with_the_locked_packages(
    wheel: Path, tmp_path: Path
) -> None:
    """As a user installs it; the packages come from the installer's cache, not from a network."""
    folder = tmp_path / "empty"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "pip"]
    where = ["--quiet", "--offline", "--python", str(python)]
    lock = tmp_path / "run-time.lock"
    entries = re.split(r"^(?=\S)", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)
    # The installer itself was not installed by the installer, so its cache does not have it.
    lock.write_text("".join(entry for entry in entries if not entry.startswith("uv==")))
    subprocess.run([*uv, "sync", *where, "--require-hashes", str(lock)], check=True, cwd=tmp_path)
    subprocess.run([*uv, "install", *where, "--no-deps", str(wheel)], check=True, cwd=tmp_path)
    assert "pipeweave" in output(folder / "bin" / "pipeweave", "--help", cwd=tmp_path)
    check = [*uv, "check", "--python", str(python)]
    checked = subprocess.run(check, check=False, cwd=tmp_path, capture_output=True, text=True)
    # NCCL is left out on purpose (see override-dependencies in pyproject.toml); all else is met.
    unmet = [line for line in checked.stderr.splitlines() if line.startswith("The package")]
    assert [line for line in unmet if "nvidia-nccl" not in line] == []
    assert "Checked" in checked.stderr


def test_the_newest_entry_of_the_changelog_is_this_version(wheel: Path) -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    newest, *_ = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", text, re.MULTILINE)
    assert wheel.name == f"pipeweave-{newest}-py3-none-any.whl"
    for file in (".env.example", "docker-compose.yml"):
        assert newest in (ROOT / file).read_text()


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_by_hash_and_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    unpinned = [line for line in lines if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:", line)]
    assert not unpinned
    assert "://" not in text


def test_lock_holds_the_build_backend_and_the_installer() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert re.search(r"^hatchling==", text, re.MULTILINE)
    assert re.search(r"^uv==", text, re.MULTILINE)


def test_locks_agree() -> None:
    pin = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
    run_time, dev = (dict(pin.findall((ROOT / lock).read_text())) for lock in LOCKS)
    assert not {name for name in run_time.keys() & dev.keys() if run_time[name] != dev[name]}


def test_the_audit_of_the_ci_watches_the_lock_that_the_target_audits() -> None:
    target = (ROOT / "Makefile").read_text().partition("\naudit:")[2].partition("\n\n")[0]
    audited = re.findall(r"--requirement (\S+)", target)
    assert audited == ["requirements.lock"]
    assert {"--require-hashes", "--strict"} <= {*target.split()}
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    assert workflow[True]["schedule"], "YAML 1.1 reads the key `on` as true"
    job = workflow["jobs"]["audit"]
    assert "if" not in job
    (step,) = (step["run"] for step in job["steps"] if "run" in step)
    assert "make audit" in step
    watched = re.search(r"git diff --quiet \S+ HEAD -- (.*); then", step)
    assert watched is not None
    assert watched[1].split() == audited
    assert "audit" not in (ROOT / ".ci" / "run").read_text(), "it has no database at hand"


@pytest.mark.parametrize("document", [".env.example", "docs/reference/settings.md"])
def test_every_setting_is_documented(document: str) -> None:
    aliases = [field.validation_alias for field in Settings.model_fields.values()]
    names = {str(alias.choices[0]) for alias in aliases if hasattr(alias, "choices")}
    text = (ROOT / document).read_text()
    pattern = r"^#?([A-Z0-9_]+)=" if document == ".env.example" else r"^\| `([A-Z0-9_]+)`"
    told = set(re.findall(pattern, text, re.MULTILINE))
    assert names <= told
    compose = (ROOT / "docker-compose.yml").read_text()
    assert {name for name in told - names if f"${{{name}" not in compose} == set()

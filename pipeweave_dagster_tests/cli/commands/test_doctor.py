"""Each part has a line of its own, and only what is broken turns red."""

import json
from pathlib import Path

import pytest

from pipeweave_dagster.adapters import health
from pipeweave_dagster.cli import main
from pipeweave_dagster.cli.commands import doctor
from pipeweave_dagster.cli.support import dagster_checks, home

pytestmark = pytest.mark.slow


@pytest.fixture
def lines(home: Path, monkeypatch: pytest.MonkeyPatch) -> "Lines":
    return Lines()


class Lines:
    """The doctor's lines by name, asked in this process."""

    def __call__(self, *, strict: bool = False) -> dict[str, health.Health]:
        home.settings.cache_clear()
        found = doctor.examine(home.prepare(), strict=strict)
        home.settings.cache_clear()
        return {line.name: line for line in found}


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow's line starts a worker with its imports; other tests see to it."""
    monkeypatch.setattr(doctor, "_mlflow", lambda _settings: "not asked here")


def test_a_laptop_is_well_without_servers(lines: Lines) -> None:
    states = {name: line.state for name, line in lines().items()}
    assert states == {
        "version": "ok", "database": "ok", "storage": "ok", "mlflow": "ok", "code": "off",
        "queue": "ok", "daemon": "off", "alerts": "off", "advice": "off", "models": "off",
        "disk": "ok",
    }  # fmt: skip


def test_what_is_not_running_is_red_when_asked_strictly(lines: Lines) -> None:
    red = {name for name, line in lines(strict=True).items() if line.state == "red"}
    assert red == {"code", "daemon"}


def test_sqlite_on_another_machine_is_refused(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dagster_checks, "networked", lambda _folder: "nfs4")
    found = lines()
    assert {name for name, line in found.items() if line.state == "red"} == {"database"}
    assert "nfs4" in found["database"].detail
    assert "DATABASE_URL" in found["database"].detail


def test_without_the_database_nothing_else_turns_red(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable() -> None:
        raise ConnectionError("refused")

    monkeypatch.setattr(home, "instance", unreachable)
    states = {name: line.state for name, line in lines().items()}
    assert {name for name, state in states.items() if state == "red"} == {"database"}
    assert (states["queue"], states["daemon"]) == ("unknown", "unknown")


def test_a_service_that_does_not_answer_is_named(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPEWEAVE_SERVICES", json.dumps({"pages": "http://127.0.0.1:1/alive"}))
    found = lines()
    assert {name for name, line in found.items() if line.state == "red"} == {"pages"}


def test_a_code_server_that_is_gone_is_red_and_prints_nothing(
    lines: Lines, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = home / "dagster" / "workspace.yaml"
    workspace.parent.mkdir(parents=True)
    workspace.write_text("load_from:\n- grpc_server: {host: 127.0.0.1, port: 1}\n")
    found = lines()
    assert {name for name, line in found.items() if line.state == "red"} == {"code"}
    assert capsys.readouterr().out == ""


def test_no_password_is_told(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "do-not-show-0aB1cD2eF3gH4iJ5kL6m"
    monkeypatch.setenv("DATABASE_URL", f"postgresql+psycopg2://u:{secret}@127.0.0.1:1/d")
    found = lines()
    assert found["database"].state == "red"
    assert all(secret not in line.detail for line in found.values())


def test_a_storage_that_is_broken_is_told_and_ends_the_program_with_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIPEWEAVE_STORAGE", "s3://bucket")
    monkeypatch.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("sys.argv", ["pipeweave", "doctor", "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    states = {c["check"]: c["state"] for c in json.loads(capsys.readouterr().out)["checks"]}
    assert [name for name, state in states.items() if state == "red"] == ["storage"]


def test_the_package_that_asks_for_advice_is_named(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPEWEAVE_ADVISOR", "gemini")
    without = lines()["advice"]
    assert (without.state, without.detail[-25:]) == ("red", "GOOGLE_API_KEY is not set")
    monkeypatch.setenv("GOOGLE_API_KEY", "k" * 39)
    assert lines()["advice"].detail.endswith(" through google.genai")


def test_models_of_other_packages_need_a_package_and_their_weights(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    facts = tmp_path / "small_models-1.2.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: small-models\nVersion: 1.2\n")
    (facts / "entry_points.txt").write_text("[pipeweave.models]\nsmall = not_imported:Model\n")
    monkeypatch.syspath_prepend(tmp_path)
    weights = tmp_path / "small.ckpt"

    def line(**named: str) -> health.Health:
        monkeypatch.setenv("PIPEWEAVE_MODEL_PLUG_INS", json.dumps(named))
        return lines()["models"]

    missing = line(small=str(weights), other=str(weights))
    assert missing.state == "red"
    assert str(weights) in missing.detail
    assert "No installed package has a model `other`" in missing.detail
    weights.write_bytes(b"weights")
    found = line(small=str(weights))
    assert (found.state, found.detail) == ("ok", f"small of small-models with {weights}")

"""Registered model versions, without training, and a registry without MLflow."""

from types import SimpleNamespace
from typing import Any

from pipeweave_dagster.adapters.mlflow_store import (
    annotate,
    current_aliases,
    set_alias,
    version_with_alias,
)
from pipeweave_dagster.adapters.state import DocumentStore, Entry, Head
from pipeweave_dagster.core.documents import (
    Comparison,
    DatasetSnapshot,
    Estimate,
    Evaluation,
    Member,
    MlflowLink,
    Payload,
    PipelineSpec,
    ReadableTwin,
    SplitSpec,
    TrainedModel,
    Trial,
)
from pipeweave_dagster.services.model_versions import VersionRecord

_FILE = Payload(name="m", sha256="0" * 64, size_bytes=1)


def pipeline(features: list[str]) -> PipelineSpec:
    """A pipeline that does nothing; its features tell one from another."""
    return PipelineSpec(
        source="rules",
        target="y",
        task="binary",
        metric="roc_auc",
        features=features,
        steps=[],
        split=SplitSpec(),
    )


def trained(version: str, winner: str) -> TrainedModel:
    """A model that was registered as this version."""
    trial = Trial(name=winner, family="linear", score=0.5, fit_seconds=1.0, state="done")
    return TrainedModel(
        task="binary",
        target="y",
        metric="roc_auc",
        greater_is_better=True,
        features=["x"],
        winner=winner,
        verdict="model",
        leaderboard=[trial],
        rows_train=80,
        rows_test=20,
        budget_s=1,
        used_s=1,
        package_versions={},
        model=_FILE,
        test_rows=_FILE,
        reference=_FILE,
        mlflow=MlflowLink(
            experiment_id="1",
            run_id=f"run{version}",
            model_name="pipeweave-demo",
            model_version=version,
            model_uri=f"models:/pipeweave-demo/{version}",
        ),
    )


def readable_twin(**facts: Any) -> ReadableTwin:
    """A twin that the paired test cannot tell from its model."""
    compared = Comparison(
        other="the model", rows=200, difference=-0.001, low=-0.01, high=0.008,
        verdict="not distinguishable",
    )  # fmt: skip
    member = Member(name="readable splines", family="linear", weight=1.0)
    return ReadableTwin(
        form="splines", member=member, trials=[], score=0.81, model_score=0.811,
        comparison=compared, verdict="model", unit="log-odds", outputs=["yes"], base=[0.1],
        terms=[], left_out=["<i>notes"], model=_FILE,
    ).model_copy(update=facts)  # fmt: skip


def register(
    store: DocumentStore,
    version: str,
    score: float,
    promoted: str = "champion",
    *,
    of_model: dict[str, Any] | None = None,
    snapshot: DatasetSnapshot | None = None,
    **facts: Any,
) -> None:
    """Store a version of `demo` with its evaluation (and further facts of it) as HEAD's model."""
    model = trained(version, f"model {version}").model_copy(update=of_model or {})
    reason = f"Reason of version {version}."
    evaluation = Evaluation(
        rows=20,
        metric="roc_auc",
        metrics={"roc_auc": Estimate(value=score, low=score - 0.1, high=score + 0.1)},
        baseline={"roc_auc": Estimate(value=0.5)},
        verdict="model",
        promoted=promoted,
        promotion_reason=reason,
    ).model_copy(update=facts)
    spec = pipeline([f"x{version}"])
    documents = {"model": model, "model_evaluation": evaluation, "pipeline": spec}
    addresses = {name: store.save(document) for name, document in documents.items()}
    record = VersionRecord(
        version=version,
        trained=addresses["model"],
        evaluation=addresses["model_evaluation"],
        pipeline=addresses["pipeline"],
        dataset=store.save(snapshot) if snapshot else None,
    )
    store.storage.put(f"datasets/demo/models/{version}.json", record.model_dump_json().encode())
    entries = {
        name: Entry(document=address, key="k", run_id=f"r{version}", made_at=float(version))
        for name, address in addresses.items()
    }
    before = store.head("demo")
    head = Head(
        dataset="demo",
        run_id=f"r{version}",
        moved_at=float(version),
        entries={**(before.entries if before else {}), **entries},
    )
    store.storage.put("datasets/demo/HEAD.json", head.model_dump_json().encode())


class Registry:
    """A workbench whose MLflow is a dictionary of aliases."""

    def __init__(self, store: DocumentStore) -> None:
        self.store = store
        self.settings = SimpleNamespace(tracking_uri="x")
        self.aliases: dict[str, str] = {}
        self.prefix = "run"
        self.tags: dict[str, dict[str, str]] = {}
        self.description = ""

    def apart_within(self, limit_s: float, function: Any, /, **arguments: Any) -> Any:
        """The same without a worker."""
        assert limit_s > 0
        return self.on_model(function, **arguments)

    def on_model(self, function: Any, /, **arguments: Any) -> Any:
        """Do what the functions of `adapters.mlflow_store` do."""
        if function is annotate:
            self.tags[arguments["version"]] = arguments["tags"]
            self.description = arguments["description"]
            return None
        if function is current_aliases:
            links = {name: self._link(version) for name, version in self.aliases.items()}
            return links or None
        alias = arguments["alias"]
        if function is version_with_alias:
            version = self.aliases.get(alias)
            return self._link(version) if version else None
        assert function is set_alias
        if alias == "champion" and "champion" in self.aliases:
            self.aliases["previous"] = self.aliases["champion"]
        self.aliases[alias] = arguments["version"]
        return dict(self.aliases)

    def _link(self, version: str) -> MlflowLink:
        link = trained(version, "m").mlflow
        assert link is not None
        return link.model_copy(update={"run_id": f"{self.prefix}{version}"})

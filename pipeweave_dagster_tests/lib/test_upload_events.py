"""With notifications every upload is started once, whatever happens to messages and ticks."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.adapters.storage import StoredObject
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.core.landing import Seen, arrivals, place_of, uploads_in
from pipeweave_dagster.lib.listing_scope import Listings
from pipeweave_dagster.lib.upload_events import UploadEvents
from pipeweave_dagster.settings import Settings

_HIDDEN_S, _TICK_S, _LIMIT = 300.0, 3.0, 2
S3 = Settings(storage="s3://b/team", upload_events="http://127.0.0.1:1/queue")


class Queue:
    """A queue as Amazon describes it: what is not deleted is delivered again."""

    def __init__(self) -> None:
        self.now, self.away = 0.0, False
        self.messages: dict[str, tuple[str, float]] = {}  # body, and when it is visible

    def send(self, key: str) -> None:
        record = {"s3": {"bucket": {"name": "b"}, "object": {"key": f"team/{key}"}}}
        body = json.dumps({"Records": [record]})
        self.messages[f"receipt-{len(self.messages)}-{self.now}-{key}"] = (body, self.now)

    def receive(self) -> list[tuple[str, str]]:
        if self.away:
            raise unavailable("The queue is away.", fix="Wait.")
        visible = [r for r, (_, at) in self.messages.items() if at <= self.now][:10]
        for receipt in visible:
            self.messages[receipt] = (self.messages[receipt][0], self.now + _HIDDEN_S)
        return [(receipt, self.messages[receipt][0]) for receipt in visible]

    def delete(self, receipts: list[str]) -> None:
        for receipt in receipts:
            self.messages.pop(receipt, None)


class Bucket:
    """Objects, their notifications, and the sensor of `uploads/` with its stored cursor."""

    def __init__(self) -> None:
        self.objects: dict[str, StoredObject] = {}
        self.queue = Queue()
        self.started: list[str] = []
        self.listed: list[list[str] | None] = []
        self.cursors: dict[str, Seen] = {}
        self.cursor: str | None = None
        self.start_code_server()

    def start_code_server(self) -> None:
        events = UploadEvents(self.queue, "b", "team/")
        self.listings = Listings("uploads", lambda: self.queue.now, lambda _: events)

    def put(self, key: str) -> None:
        version = str(len(self.objects) + self.queue.now)
        self.objects[key] = StoredObject(key, 1, version, self.queue.now)
        self.queue.send(key)

    def tick(self, *, stored: bool = True) -> list[str]:
        """What one tick starts; Dagster forgets its result unless it is stored."""
        self.queue.now += _TICK_S
        scope = self.listings.scope(S3, self.cursor)
        places = ["uploads/"] if scope.places is None else scope.places
        if not places:
            return []
        self.listed.append(scope.places)
        found = [o for o in self.objects.values() if o.key.startswith(tuple(places))]
        seen = self.cursors.get(self.cursor or "", Seen())
        result = arrivals(
            uploads_in(found), seen, now=0, whole=True, limit=_LIMIT, within=scope.places
        )
        cursor = result.seen.model_dump_json()
        waiting = {place_of(key) for key in result.seen.growing}
        self.listings.done(scope, cursor, len(found), active=False, waiting=waiting)
        if not stored:
            return []
        self.cursors[cursor], self.cursor = result.seen, cursor
        self.started += [f"{u.key} {u.version}" for u in result.ready]
        return [u.key for u in result.ready]


STEPS = st.one_of(
    st.integers(0, 5).map(lambda n: f"uploads/set-{n}/x.csv"),
    st.sampled_from(["uploads/file.csv", "tick", "lost tick", "restart", "away", "back", "wait"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_every_version_is_started_once_and_no_message_stays(steps: list[str]) -> None:
    bucket = Bucket()
    for step in steps:
        if step.startswith("uploads/"):
            bucket.put(step)
        elif step == "restart":
            bucket.start_code_server()
        elif step == "wait":
            bucket.queue.now += _HIDDEN_S + 1
        elif step in ("away", "back"):
            bucket.queue.away = step == "away"
        else:
            bucket.tick(stored=step == "tick")
    bucket.queue.away = False
    for _ in range(20):
        bucket.tick()
    bucket.queue.now += _HIDDEN_S + 1
    for _ in range(20):
        bucket.tick()
    last = {f"{o.key} {o.version}" for o in bucket.objects.values()}
    assert last <= {*bucket.started}
    assert len(bucket.started) == len({*bucket.started})
    assert not bucket.queue.messages


def test_an_idle_bucket_is_listed_once_an_hour_and_an_upload_costs_its_folder() -> None:
    bucket = Bucket()
    bucket.put("uploads/a/x.csv")
    assert bucket.tick() == ["uploads/a/x.csv"]
    for _ in range(1000):  # 50 minutes
        bucket.tick()
    assert bucket.listed == [None]
    bucket.put("uploads/b/x.csv")
    assert bucket.tick() == ["uploads/b/x.csv"]
    assert bucket.listed[1:] == [["uploads/b/"]]
    for _ in range(300):
        bucket.tick()
    assert bucket.listed.count(None) == 2


def test_what_lies_elsewhere_or_has_no_safe_name_is_deleted_unread() -> None:
    bucket = Bucket()
    bucket.tick()
    for key in (
        "mlflow/1/model",
        "uploads/../raw/x",
        "uploads/.hidden/x",
        "uploads//x",
        "x" * 1100,
    ):
        bucket.queue.send(key)
    bucket.tick()
    assert not bucket.queue.messages
    assert len(bucket.listed) == 1


@pytest.mark.parametrize("address", ["sqs.eu.amazonaws.com/q", "http://user:word@h/q", "file:///q"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="upload_events"):
        Settings(upload_events=address)

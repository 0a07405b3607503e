"""The queue (Amazon SQS, or a server that speaks its protocol) that S3 notifies."""

from typing import Any
from urllib.parse import urlsplit

from pipeweave_dagster.adapters.storage.s3_client import client_session
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.settings import Settings

# A message that is not confirmed within this time is delivered again.
HIDDEN_S = 300
_PER_REQUEST, _REQUESTS = 10, 10


class EventQueue:
    """Receives and deletes messages; 10 requests at most per call.

    Args:
        settings: The queue's address, and the keys and region of the storage.
    """

    def __init__(self, settings: Settings) -> None:
        from botocore.config import Config

        assert settings.upload_events is not None  # noqa: S101 - the caller asks for the queue
        self._url = settings.upload_events
        parts = urlsplit(self._url)
        self._client = client_session().client(
            "sqs",
            endpoint_url=f"{parts.scheme}://{parts.netloc}",
            aws_access_key_id=settings.aws_access_key_id,
            aws_secret_access_key=settings.secret("aws_secret_access_key"),
            region_name=settings.aws_region,
            config=Config(retries={"mode": "standard"}, connect_timeout=5, read_timeout=10),
        )

    def receive(self) -> list[tuple[str, str]]:
        """Return receipt and body of up to 100 waiting messages, without waiting for any.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if the queue does not respond or refuses.
        """
        found: list[tuple[str, str]] = []
        for _ in range(_REQUESTS):
            page = self._call(
                self._client.receive_message,
                MaxNumberOfMessages=_PER_REQUEST,
                VisibilityTimeout=HIDDEN_S,
                WaitTimeSeconds=0,
            ).get("Messages", [])
            found += [(message["ReceiptHandle"], message["Body"]) for message in page]
            if not page:
                break
        return found

    def delete(self, receipts: list[str]) -> None:
        """Delete messages that have been dealt with; one that is gone already is no error.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if the queue does not respond or refuses.
        """
        for start in range(0, len(receipts), _PER_REQUEST):
            batch = receipts[start : start + _PER_REQUEST]
            entries = [{"Id": str(i), "ReceiptHandle": handle} for i, handle in enumerate(batch)]
            self._call(self._client.delete_message_batch, Entries=entries)

    def _call(self, request: Any, **arguments: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            response: dict[str, Any] = request(QueueUrl=self._url, **arguments)
        except (BotoCoreError, ClientError) as error:
            raise unavailable(
                f"The queue of PIPEWEAVE_UPLOAD_EVENTS failed: {type(error).__name__}.",
                fix="Check its address, and that the keys of the storage may receive and delete "
                "messages.",
            ) from error
        return response

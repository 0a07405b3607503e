"""Gemini through `google-genai`; the only file that imports it."""

from typing import Any

from pydantic import SecretStr

from pipeweave_dagster.adapters.gemini.replies import refuse_unfinished, request_blocked
from pipeweave_dagster.core.documents.advice import AdviceReply, AdviceRequest

_GOOGLE = "https://generativelanguage.googleapis.com"


class GenaiClient:
    """See `GeminiClient`."""

    def __init__(self, api_key: SecretStr, endpoint: str | None) -> None:
        from google.genai import Client
        from google.genai.types import HttpOptions, HttpRetryOptions

        # Each of these is also read from the environment, which shall not decide where the key
        # goes. A redirect would send it to another machine.
        options = HttpOptions(
            base_url=endpoint or _GOOGLE,
            api_version="v1beta",
            retry_options=HttpRetryOptions(attempts=1),
            client_args={"follow_redirects": False},
        )
        key = api_key.get_secret_value()
        self._client = Client(api_key=key, vertexai=False, http_options=options)

    def once(self, request: AdviceRequest, seconds: float) -> AdviceReply:
        """See `GeminiClient`."""
        from google.genai.types import GenerateContentConfig, HttpOptions

        config = GenerateContentConfig(
            candidate_count=1,
            temperature=request.temperature,
            max_output_tokens=request.max_output_tokens,
            response_mime_type="application/json",
            response_schema=request.response_schema,
            system_instruction=request.instruction,
            http_options=HttpOptions(timeout=max(int(seconds * 1000), 1)),
        )
        response = self._client.models.generate_content(
            model=request.model, contents=request.facts, config=config
        )
        return _reply(response)


def _reply(response: Any) -> AdviceReply:
    if not response.candidates:
        raise request_blocked()
    candidate = response.candidates[0]
    reason = getattr(candidate.finish_reason, "name", "")
    refuse_unfinished(complete=reason == "STOP", cut_off=reason == "MAX_TOKENS")
    usage = response.usage_metadata
    tokens_in = usage.prompt_token_count or 0
    return AdviceReply(
        text="".join(part.text or "" for part in candidate.content.parts),
        tokens_in=tokens_in,
        # Tokens that are neither prompt nor reply are thinking, billed like the reply.
        tokens_out=max((usage.total_token_count or 0) - tokens_in, 0),
        model_version=str(response.model_version or "")[:80],
    )

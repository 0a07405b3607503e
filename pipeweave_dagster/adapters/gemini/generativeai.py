"""Gemini through `google-generativeai`, over REST; the only file that imports it."""

import warnings
from typing import Any

from pydantic import SecretStr

from pipeweave_dagster.adapters.gemini.replies import refuse_unfinished, request_blocked
from pipeweave_dagster.core.documents.advice import AdviceReply, AdviceRequest

_STOP, _MAX_TOKENS = 1, 2  # finish reasons on the wire


class GenerativeAiClient:
    """See `GeminiClient`."""

    def __init__(self, request: AdviceRequest, api_key: SecretStr, endpoint: str | None) -> None:
        sdk = _sdk()
        options = {"api_endpoint": endpoint} if endpoint else None
        key = api_key.get_secret_value()
        sdk.configure(api_key=key, transport="rest", client_options=options)
        # A redirect would send the key to another machine; the package has no setting for that.
        from google.generativeai.client import get_default_generative_client

        client: Any = get_default_generative_client()
        client.transport._session.max_redirects = 0  # noqa: SLF001
        self._model = sdk.GenerativeModel(request.model, system_instruction=request.instruction)

    def once(self, request: AdviceRequest, seconds: float) -> AdviceReply:
        """See `GeminiClient`."""
        config = {
            "candidate_count": 1,
            "temperature": request.temperature,
            "max_output_tokens": request.max_output_tokens,
            "response_mime_type": "application/json",
            "response_schema": request.response_schema,
        }
        # By default the package retries for 600 s, whatever the timeout.
        options = {"timeout": seconds, "retry": None}
        response = self._model.generate_content(
            request.facts, generation_config=config, request_options=options
        )
        return _reply(response)


def _sdk() -> Any:
    with warnings.catch_warnings():
        # The package warns at import that it is deprecated; `google-genai` is the other way.
        warnings.filterwarnings("ignore", "(?s).*google.generativeai", FutureWarning)
        # google-api-core warns years ahead about Python versions that it will drop.
        warnings.filterwarnings("ignore", "(?s).*Python version", FutureWarning)
        import google.generativeai
    return google.generativeai


def _reply(response: Any) -> AdviceReply:
    usage = response.usage_metadata
    if not response.candidates:
        raise request_blocked()
    candidate = response.candidates[0]
    reason = int(candidate.finish_reason)
    refuse_unfinished(complete=reason == _STOP, cut_off=reason == _MAX_TOKENS)
    return AdviceReply(
        text="".join(part.text for part in candidate.content.parts),
        tokens_in=usage.prompt_token_count,
        # Tokens that are neither prompt nor reply are thinking, billed like the reply.
        tokens_out=max(usage.total_token_count - usage.prompt_token_count, 0),
        model_version=str(response.to_dict().get("model_version", ""))[:80],
    )

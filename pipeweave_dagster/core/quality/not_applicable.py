"""The exception by which a guardrail reports that it does not apply."""


class NotApplicableError(Exception):
    """The guardrail has nothing to check (no target, no dates, …); the text says what is absent."""

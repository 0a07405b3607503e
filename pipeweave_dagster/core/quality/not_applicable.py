"""How a guardrail says that it has nothing to look at."""


class NotApplicableError(Exception):
    """The guardrail does not apply here (no target, no dates …); its text says what is absent."""

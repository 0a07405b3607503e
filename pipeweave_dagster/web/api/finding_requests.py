"""The bodies of requests about findings."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeweave_dagster.web.api.requests import Body, Reason


class FindingAnswer(Body):
    """The answer to the findings of one code."""

    do: Literal["accept", "override", "acknowledge"] = Field(
        description="Carry the proposal out, keep things as they are for a reason, or only say that"
        " a finding was seen and needs no action, which changes no settings."
    )
    code: str = Field(
        pattern=r"^(PW[0-9]{3}|all)$",
        description="Of the findings; `all` accepts every proposal but those for suspected leaks.",
    )
    column: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        None, description="Only the finding about this column."
    )
    reason: Reason = Field("", description="Why it does not apply; required to override.")

    @model_validator(mode="after")
    def _has_reason(self) -> "FindingAnswer":
        if self.do == "override" and (len(self.reason.strip()) < 3 or self.code == "all"):
            raise ValueError("to override takes one code, and a reason of three letters or more")
        if self.do == "acknowledge" and self.code == "all":
            raise ValueError("to acknowledge takes one code")
        return self


class AnswersRequest(Body):
    """Answers to findings; several are written together."""

    document: str | None = Field(
        None,
        pattern=r"^[0-9a-f]{64}$",
        description="Of the list that is answered; refused once a newer run has made another.",
    )
    answers: list[FindingAnswer] = Field(min_length=1, max_length=500)


class UndoRequest(Body):
    """The answer that is taken back."""

    answer_id: str = Field(pattern=r"^[0-9]{1,12}\.[0-9]{1,9}$", description="From the list.")

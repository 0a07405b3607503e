"""Templates escape every expression, and an undefined variable is an error."""

import pytest
from jinja2 import UndefinedError

from pipeweave_dagster.core.templating import html_environment, markdown_environment

PACKAGE = "pipeweave_dagster.core.evaluation.report"


def test_html_is_escaped() -> None:
    assert html_environment(PACKAGE).from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_markdown_is_escaped_unless_it_is_trusted() -> None:
    page = "{{ x }} {{ x | trusted }} {{ x | inert(4) }} {{ 1.5 }}"
    shown = markdown_environment(PACKAGE).from_string(page).render(x="**<b>**")
    assert shown == r"\*\*\<b\>\*\* **<b>** \*\*\<… 1.5"


@pytest.mark.parametrize("make", [html_environment, markdown_environment])
def test_an_undefined_variable_is_an_error(make) -> None:
    with pytest.raises(UndefinedError):
        make(PACKAGE).from_string("{{ missing }}").render()

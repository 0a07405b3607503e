"""Jinja environments: HTML that escapes by default, and Markdown that escapes by default.

An undefined variable is an error. Jinja is imported on first use.
"""

from typing import Any

from pipeweave_dagster.core.safe_text import markdown_text


def html_environment(*packages: str) -> Any:
    """Return an environment whose templates are HTML: every expression is escaped.

    Args:
        packages: Dotted names of the packages that have a `templates` folder, first match wins.
    """
    return _environment(packages, autoescape=True)


def markdown_environment(*packages: str) -> Any:
    """Return an environment whose templates are Markdown: every expression becomes inert text.

    The filter `inert(limit)` sets how many characters are shown (200 by default); the filter
    `trusted` leaves text of our own as it is.

    Args:
        packages: Dotted names of the packages that have a `templates` folder, first match wins.
    """
    from markupsafe import Markup

    def inert(value: object, limit: int = 200) -> Markup:
        return Markup(markdown_text(value, limit))  # noqa: S704 - escaped for Markdown

    environment = _environment(
        packages,
        autoescape=False,
        finalize=lambda value: value if isinstance(value, Markup) else inert(value),
    )
    environment.filters |= {"inert": inert, "trusted": Markup}
    return environment


def _environment(packages: tuple[str, ...], **options: Any) -> Any:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(  # noqa: S701 - Markdown is escaped by `finalize`
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )

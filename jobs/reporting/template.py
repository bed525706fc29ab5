"""Renders pages of the report, in the look of the reports of models."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Template

from models.report.page import templates


@cache
def _template() -> Template:
    return templates(Path(__file__).parent).get_template("night.html")


def render(**given: Any) -> str:
    """Make a page: title, purpose, links, figures, parts, and for the index its nights."""
    return str(_template().render(**given))

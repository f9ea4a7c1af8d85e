"""Pages with whole previews, for what does not fit into a comment."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

_PLAN_CHARS: Final = 64
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_TEMPLATES: Final = Environment(
    loader=PackageLoader("services.api", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def routes(folder: Path | None) -> APIRouter:
    """Return the addresses of reports in a folder."""
    router = APIRouter()

    @router.get("/previews/{plan}", response_class=HTMLResponse)
    def report(plan: str) -> Response:
        """Show one report; what it says may be gone when it is old."""
        content = _read(folder, plan)
        if content is None:
            return Response("No such report, or none any more.", HTTPStatus.NOT_FOUND)
        page = _TEMPLATES.get_template("preview.html").render(plan=plan, **content)
        return HTMLResponse(page, headers=_HEADERS)

    @router.get("/style.css")
    def style() -> Response:
        """Give the one style sheet."""
        text = _TEMPLATES.get_template("style.css").render()
        return Response(text, media_type="text/css", headers=_HEADERS)

    return router


def _read(folder: Path | None, plan: str) -> dict[str, Any] | None:
    """Read a report; None for a name that is no hash, and for what is not there."""
    is_hash = len(plan) == _PLAN_CHARS and all(one in "0123456789abcdef" for one in plan)
    if folder is None or not is_hash:
        return None
    try:
        found: dict[str, Any] = json.loads((folder / f"{plan}.json").read_bytes())
    except FileNotFoundError:
        return None
    return found

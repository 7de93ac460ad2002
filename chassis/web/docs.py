"""``/docs``: Swagger UI over this service's OpenAPI document, from files on this machine and nowhere else."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, send_from_directory
from werkzeug.exceptions import NotFound

from chassis.web.context import open_to_all

PAGES = Path(__file__).with_name("pages")
_OWN = ("start.js",)
_SWAGGER = ("swagger-ui.css", "index.css", "swagger-ui-bundle.js", "favicon-32x32.png")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
docs = Blueprint("docs", __name__)


@docs.get("/docs")
@open_to_all
def page() -> Response:
    """The page."""
    return _careful(send_from_directory(PAGES, "docs.html"))


@docs.get("/docs/<name>")
@open_to_all
def part(name: str) -> Response:
    """A file that the page needs."""
    if name in _OWN:
        return _careful(send_from_directory(PAGES, name))
    if name in _SWAGGER:
        return _careful(send_from_directory(swagger_files(), name, max_age=3600))
    raise NotFound


def swagger_files() -> Path:
    """Where the package flask-swagger-ui keeps Swagger UI's files; nothing else of it is used."""
    found = find_spec("flask_swagger_ui")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("flask_swagger_ui")
    return Path(found.origin).parent / "dist"


def _careful(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    return response

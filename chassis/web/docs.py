"""``/docs``: Swagger UI over this service's OpenAPI document, from files on this machine and nowhere else."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from chassis.web.context import open_to_all

PAGES = Path(__file__).with_name("pages")
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
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
    return _file(PAGES / "docs.html")


@docs.get("/docs/<name>")
@open_to_all
def part(name: str) -> Response:
    """A file that the page needs."""
    if name in _OWN:
        return _file(PAGES / name)
    if name in _SWAGGER:
        return _file(swagger_files() / name)
    raise NotFound


def swagger_files() -> Path:
    """Where the package flask-swagger-ui keeps Swagger UI's files; nothing else of it is used."""
    found = find_spec("flask_swagger_ui")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("flask_swagger_ui")
    return Path(found.origin).parent / "dist"


def _file(path: Path) -> Response:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "public, no-cache"}
    response = Response(path.read_bytes(), mimetype=_TYPES[path.suffix], headers=headers)
    response.add_etag()
    response.make_conditional(request)
    return response

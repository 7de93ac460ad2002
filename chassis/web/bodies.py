"""Reading a JSON body that may be anything."""

from __future__ import annotations

from typing import Any

import orjson
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from chassis.errors import Invalid, Malformed


def read_body() -> dict[str, Any]:
    """The JSON object that was sent, {} for nothing.

    Raises Malformed (not JSON), Invalid (not an object), or Werkzeug's errors for what is too large or not said to be
    JSON. orjson takes no NaN, no lone surrogate, no invalid UTF-8, and no nesting so deep that it breaks something.
    """
    raw = request.get_data()
    if request.content_length is None and len(raw) >= (request.max_content_length or len(raw) + 1):
        raise RequestEntityTooLarge  # Werkzeug cuts a body that comes in chunks, and says nothing
    if not raw:
        return {}
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Malformed("not-json") from None
    if not isinstance(found, dict):
        raise Invalid("not-an-object")
    return found

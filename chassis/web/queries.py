"""A query over HTTP: what is asked, what is read, and the answer with its personal values opened."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema

from chassis.processing.read_model import ReadModel
from chassis.store.protocol import Store
from chassis.web.positions import heads, wait_for
from chassis.web.read import Read
from chassis.web.runtime import caller, runtime
from chassis.web.schemas import load, load_path
from contracts.event import Sealed, converter


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class QueryRoute:
    """One query at one path."""

    rule: str
    of: tuple[ReadModel[Any], ...]
    asked: type[Any]
    query: Schema
    path: Schema
    ask: Callable[[Any, Read], Any]

    def answer(self, path: Mapping[str, str]) -> Response:
        """Answer what is asked; raises every refusal there is."""
        asked = self._asked(path)
        now = runtime()
        wait_for(request.headers.get("If-Position"), self.of, now, self.rule)
        live = () if self.of else heads(now.store)
        with ExitStack() as stack:
            read = Read(caller(), now.store, now.memory, stack)
            tree = _plain.unstructure(self.ask(asked, read))
        body, personal = _written(tree, now.store)
        response = Response(body, mimetype="application/json")
        response.headers["Event-Position"] = ", ".join(str(at) for at in read.positions or live)
        return _conditional(response, read, personal=personal)

    def _asked(self, path: Mapping[str, str]) -> Any:
        return self.asked(**load_path(self.path, path), **load(self.query, self._query_values()))

    def _query_values(self) -> dict[str, Any]:
        """The query string; a parameter that may be several is a list, given repeatedly or with commas."""
        several = {name for name, field in self.query.fields.items() if hasattr(field, "inner")}
        return {
            name: [part for value in values for part in value.split(",") if part] if name in several else values[-1]
            for name, values in request.args.lists()
        }


def _conditional(response: Response, read: Read, *, personal: bool) -> Response:
    """ETag, and 304 where the caller has this already.

    The version of a stream says whether an answer is the same only where the answer is of that stream alone: an erased
    name changes what is shown and not the version.
    """
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(["Authorization", "Accept-Language"])
    if read.version is not None:
        response.set_etag(str(read.version))
        if personal or not read.one_stream:
            return response
    else:
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:16], weak=True)
    if request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        response.status_code = 304
        response.set_data(b"")
    return response


def _keeping_sealed() -> Any:
    """Unstructures like the contracts do, but leaves references to personal values in place, as objects.

    Only so can they be told from a text that somebody wrote to look like one.
    """
    copied = converter.copy()
    copied.register_unstructure_hook(Sealed, lambda sealed: sealed)
    return copied


_plain = _keeping_sealed()


def _written(tree: Any, store: Store) -> tuple[bytes, bool]:
    """The answer, its personal values all read at once (null for what is destroyed), and whether it has any."""
    sealed: set[Sealed] = set()
    body = _json(tree, sealed.add)
    return (_json(tree, store.open(sealed).get), True) if sealed else (body, False)


def _json(tree: Any, opened: Callable[[Sealed], Any]) -> bytes:
    def default(found: object) -> Any:
        if isinstance(found, Sealed):
            return opened(found)
        raise TypeError(f"no answer holds a {type(found).__name__}")

    return orjson.dumps(tree, default, orjson.OPT_PASSTHROUGH_DATACLASS)

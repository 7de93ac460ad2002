"""Whether a document is what the API server would take: of Kubernetes' own kinds and of those in deploy/schemas.

A field that the kind does not have is an error.
"""

from __future__ import annotations

import functools
import json
import re
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.deploy.kubernetes.built import ROOT, Document

KUBERNETES = "1.37"
_OURS = ROOT / "deploy" / "schemas"
_THEIRS = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{KUBERNETES}.0-local-strict"


class NoSchema(Exception):
    """Nobody has said what this kind looks like."""


def faults(document: Document) -> list[str]:
    """What is wrong with it, each with the place. Raises NoSchema."""
    found = _validator(document["apiVersion"], document["kind"]).iter_errors(document)
    return [f"{'.'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in found]


@functools.cache
def _validator(api: str, kind: str) -> Draft202012Validator:
    own = _OURS / f"{api.replace('/', '_')}_{kind}.json"
    if own.exists():
        return Draft202012Validator(json.loads(own.read_text()))
    theirs = _THEIRS / f"{kind}-{re.sub('[.][^/]*', '', api).replace('/', '-')}.json".lower()
    if not theirs.is_file():
        raise NoSchema(f"{kind} of {api} has no schema; deploy/schemas/README.md tells how to make one")
    return Draft202012Validator(json.loads(theirs.read_text()), registry=_definitions())


@functools.cache
def _definitions() -> Registry[Any]:
    content = json.loads((_THEIRS / "_definitions.json").read_text())
    return Resource.from_contents(content) @ Registry()

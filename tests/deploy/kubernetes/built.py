"""What kustomize makes of deploy/kubernetes, as documents and by kind."""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
KUBERNETES = ROOT / "deploy" / "kubernetes"
OVERLAYS = sorted(folder.name for folder in (KUBERNETES / "overlays").iterdir())
COMPONENTS = sorted(folder.name for folder in (KUBERNETES / "components").iterdir())
Document = Mapping[str, Any]


class NoKustomize(Exception):
    """There is none on this machine."""


@functools.cache
def kustomize() -> Sequence[str]:
    """The command that builds a folder; where tests must not be skipped one is made. Raises NoKustomize."""
    may_make = [] if os.environ.get("CI") == "true" else ["find"]
    found = subprocess.run([ROOT / ".ci" / "kustomize", *may_make], capture_output=True, text=True, check=False)
    if found.returncode:
        raise NoKustomize(f"no kustomize 5 here; .ci/kustomize makes one {found.stderr}")
    return found.stdout.split()


@functools.cache
def overlay(name: str) -> Sequence[Document]:
    """All that the overlay makes."""
    return build(KUBERNETES / "overlays" / name)


def build(folder: Path) -> Sequence[Document]:
    """All that a folder makes; what kustomize warns of fails."""
    made = subprocess.run([*kustomize(), str(folder)], capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, ""), made.stderr
    return list(yaml.safe_load_all(made.stdout))


def with_component(name: str, folder: Path) -> Sequence[Document]:
    """What one component makes of the base alone; ``folder`` is an empty one to write in."""
    there = {"base": KUBERNETES / "base", "component": KUBERNETES / "components" / name}
    where = {key: os.path.relpath(path.resolve(), folder.resolve()) for key, path in there.items()}
    content = {"namespace": "nyfiken", "resources": [where["base"]], "components": [where["component"]]}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(content))
    return build(folder)


def of_kind(documents: Sequence[Document], *kinds: str) -> Sequence[Document]:
    return [document for document in documents if document["kind"] in kinds]


def named(documents: Sequence[Document], kind: str, name: str) -> Document:
    """The one of that kind whose name is this, without what kustomize puts after it."""
    (found,) = [each for each in of_kind(documents, kind) if written(each["metadata"]["name"]) == name]
    return found


def written(name: str) -> str:
    """A name without the hash of the content: ``nyfiken-dh56kk5m4t`` is ``nyfiken``."""
    start, _, end = name.rpartition("-")
    return start if len(end) == 10 and any(letter.isdigit() for letter in end) else name


def pods(documents: Sequence[Document]) -> Iterator[tuple[Document, Document]]:
    """Each workload, and what its Pods are made from."""
    for document in of_kind(documents, "Deployment", "StatefulSet"):
        yield document, document["spec"]["template"]


def containers(template: Document) -> Sequence[Document]:
    return [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]


def of_ours(documents: Sequence[Document]) -> Iterator[tuple[str, Document, Document]]:
    """Service, Pod template and container, of every container of our image."""
    for _, template in pods(documents):
        for container in containers(template):
            if container["image"].rpartition(":")[0].rpartition("/")[2] == "nyfiken":
                yield template["metadata"]["labels"]["app.kubernetes.io/name"], template, container


def environment(documents: Sequence[Document], container: Document) -> dict[str, str | Document]:
    """Name → value, or where it comes from."""
    told: dict[str, str | Document] = {}
    for source in container.get("envFrom", []):
        told |= named(documents, "ConfigMap", written(source["configMapRef"]["name"]))["data"]
    return told | {each["name"]: each.get("value", each.get("valueFrom")) for each in container.get("env", [])}

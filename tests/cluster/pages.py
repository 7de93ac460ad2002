"""Commands as they stand on a page of the project's documents, typed by somebody who reads it."""

from __future__ import annotations

import re

from tests.cluster.kubectl import ROOT, in_shell
from tests.deploy.runbooks import PAGES, blocks

MANIFESTS = ROOT / "deploy" / "kubernetes" / "README.md"
OF_PRODUCTION = "deploy/kubernetes/overlays/production"


class Page:
    """One page; commands on it are typed in ``folder``, with ``overlay`` where it says that of production."""

    def __init__(self, file, folder, overlay="deploy/kubernetes/overlays/local"):
        self._text = file.read_text()
        self._name = file.name
        self._folder, self._overlay = folder, overlay

    @classmethod
    def of(cls, runbook, folder, **options):
        return cls(PAGES / f"{runbook}.md", folder, **options)

    def lines(self, part=None):
        """What is to be typed, under a heading or anywhere."""
        text = self._text if part is None else re.split(rf"^## {part}$", self._text, flags=re.MULTILINE)[1]
        text = text if part is None else re.split(r"^## ", text, flags=re.MULTILINE)[0]
        return [line.strip() for block in blocks(text, "sh") for line in block.splitlines()]

    def typed(self, beginning, *, nth=1, code=0, **words):
        """What the nth line that begins so says, with these words for those in capitals; it must end with this code."""
        found = [line for line in self.lines() if line.startswith(beginning)]
        assert len(found) >= nth, f"{self._name} says no such thing: {beginning}"
        return self.ran(found[nth - 1], code=code, **words)

    def ran(self, line, *, code=0, **words):
        """What a line says."""
        line = filled(line, words).replace(OF_PRODUCTION, self._overlay)
        ran = in_shell(line, self._folder)
        assert ran.code == code, f"{line}\nends with {ran.code}: {ran.said}{ran.complained}"
        return ran.said


def filled(line, words):
    """With what is meant in the place of each word in capitals."""
    return re.sub(r"\b[A-Z]{3,}\b", lambda word: words.get(word[0], word[0]), line)

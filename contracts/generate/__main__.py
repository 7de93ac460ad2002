"""``python -m contracts.generate``: write every generated file again that is not as it should be."""

from __future__ import annotations

from contracts.generate.catalogue import catalogue
from contracts.generate.files import ROOT, generated, left_over, write


def main() -> None:
    """Write, and name what was written and what only a person may remove."""
    found = catalogue()
    for path in write(generated(found)):
        print(f"written: {path.relative_to(ROOT)}")
    for path in left_over(found):
        print(f"of no event known: {path.relative_to(ROOT)}; remove it if it was never shipped")
    print(f"{len(found)} events are up to date")


main()

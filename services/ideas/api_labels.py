"""What codes and units are called, for whoever shows them to people."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.web import Read, Routes
from contracts.event import about, value
from contracts.labels import LabelGroup, labels
from contracts.units import Unit, units

words = Routes("labels", "Labels: what people read instead of a code, in Swedish and English")


@value
class Nothing:
    """There is nothing to choose."""


@value
class Labels:
    """Every code that an event or an answer may hold, in words."""

    groups: Mapping[str, LabelGroup] = about("Group → its codes: idea, experiment, outcome, role …")


@value
class Units:
    """The units of the organisation, those that were replaced too."""

    items: tuple[Unit, ...] = about("Each of them.")


@words.query("/labels")
def list_labels(asked: Nothing, read: Read) -> Labels:
    """List what people read instead of codes."""
    return Labels(groups=labels())


@words.query("/units")
def list_units(asked: Nothing, read: Read) -> Units:
    """List the units of the organisation."""
    return Units(items=tuple(units().values()))

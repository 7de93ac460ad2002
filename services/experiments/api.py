"""Where experiments is found over HTTP: all of its routes."""

from __future__ import annotations

from chassis.web import Routes
from services.experiments import api_experiments, api_failures, api_lessons

ROUTES: tuple[Routes, ...] = (api_experiments.routes, api_lessons.routes, api_failures.routes)

"""Experiments: what is tested, what came of it, and what was learned."""

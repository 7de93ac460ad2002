"""Settings whose names were written wrongly: nobody reads them, and what they are about would quietly be as usual."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

KNOWN = frozenset(
    {
        "DATA", "KEYS", "HOST", "PORT", "THREADS", "HEALTH_PORT", "WORKER", "LOG_LEVEL",
        "DATABASE", "CONNECTIONS",
        "KAFKA", "KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD",
        "KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE", "KAFKA_SSL_KEYFILE", "TOPIC_PREFIX",
        "JWKS_URL", "ISSUER", "AUDIENCE", "TRACES", "TRACES_SHARE",
    }
)  # fmt: skip
"""What ``chassis.settings`` reads."""
OF_COMMANDS = frozenset({"POSTGRES", "DATABASE_PREFIX"})
"""What only ``nyfiken`` reads, where it looks after all services."""
_FEED = "FEED_"
_ALIKE = 0.8
"""From there on a name is another one written wrongly: ``DATABASE_URL``, ``JWKS_URI``. What is further off may be
somebody else's (Kubernetes adds ``SERVICE_HOST`` where a Service is called nyfiken) or a newer release's."""


def misspelt(names: Iterable[str]) -> list[tuple[str, str]]:
    """Of these names those that are none, each with the one that was meant."""
    known = sorted(KNOWN | OF_COMMANDS)
    return [(name, meant) for name in unknown(names) for meant in get_close_matches(name, known, 1, _ALIKE)]


def unknown(names: Iterable[str]) -> list[str]:
    """Of these names those that nobody reads."""
    return sorted(name for name in names if name not in KNOWN | OF_COMMANDS and not name.startswith(_FEED))

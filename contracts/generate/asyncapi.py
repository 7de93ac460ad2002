"""The AsyncAPI 3 document: which service publishes what, on which topic, in which envelope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.event import Json
from contracts.generate.catalogue import Event, services

PARTITIONS = 8
"""Of a topic and of the store behind it, unless the operator chose otherwise when they were created."""


def asyncapi_of(found: Sequence[Event], examples: Mapping[str, Json]) -> Json:
    """The document for these events; ``examples`` holds a golden example by wire name."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:nyfiken",
        "info": {
            "title": "Nyfiken: events",
            "version": "1.0.0",
            "description": "What happens to ideas, experiments and lessons. Each service publishes its whole history,"
            " in order within a partition and without gaps; the same events are on its feed, GET /events.",
        },
        "defaultContentType": "application/json",
        "channels": {service: _channel(service, found) for service in services(found)},
        "operations": {f"publish-{service}": _operation(service) for service in services(found)},
        "components": {
            "messages": {event.name: _message(event, examples[event.name]) for event in found},
            "messageTraits": {"cloudEvent": _cloud_event()},
            "schemas": {"cloudEventHeaders": _headers()},
        },
    }


def _channel(service: str, found: Sequence[Event]) -> Json:
    return {
        "address": f"nyfiken.{service}.v1",
        "title": f"The history of the service {service}",
        "messages": {e.name: {"$ref": f"#/components/messages/{e.name}"} for e in found if e.service == service},
        "bindings": {
            "kafka": {
                "partitions": PARTITIONS,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operation(service: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{service}"},
        "summary": f"The relay of {service} publishes partition n of its store to partition n of the topic.",
    }


def _message(event: Event, example: Json) -> Json:
    return {
        "name": event.name,
        "title": event.title,
        "summary": event.description,
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./schemas/{event.name}.json"},
        },
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "examples": [{"name": "golden", "payload": example}],
    }


def _cloud_event() -> Json:
    return {
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/cloudEventHeaders"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The stream, as in ce_subject."},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _headers() -> Json:
    return {
        "type": "object",
        "description": "CloudEvents 1.0, binary mode.",
        "properties": {name: {"type": "string", "description": text} for name, text in _HEADERS.items()},
        "required": [name for name in _HEADERS if name not in _OPTIONAL],
    }


_HEADERS = {
    "ce_specversion": "1.0",
    "ce_id": "The id of the recorded event.",
    "ce_source": "The service, nyfiken/<service>.",
    "ce_type": "The wire name, such as idea-submitted.v1.",
    "ce_time": "When it happened, RFC 3339, UTC.",
    "ce_recordedat": "When it was recorded, where that is another moment (imports).",
    "ce_subject": "The stream, such as idea-<uuid>.",
    "ce_dataschema": "The $id of the JSON Schema of the data.",
    "ce_partition": "The partition.",
    "ce_position": "The gapless position within the partition, from 1.",
    "ce_version": "The version within the stream, from 1.",
    "ce_by": "Who did it: an opaque id, or the name of a service or rule.",
    "ce_correlationid": "What one request led to, across services.",
    "ce_causationid": "The event or command that caused it.",
    "traceparent": "W3C Trace Context.",
}
_OPTIONAL = {"ce_recordedat", "ce_by", "ce_correlationid", "ce_causationid", "traceparent", "ce_dataschema"}

"""From the event classes: JSON Schemas, golden examples, the AsyncAPI document and the data dictionary."""

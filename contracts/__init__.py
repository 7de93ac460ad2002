"""The shared language of the services: events, the values in them, and their published schemas."""

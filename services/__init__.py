"""The three services: each owns its history and never imports another."""

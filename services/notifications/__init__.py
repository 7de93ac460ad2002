"""Notifications: people, what they follow, and what they are told."""

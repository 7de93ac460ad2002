"""The chapters of the story, each step a request of the person it tells of."""

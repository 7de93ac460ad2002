"""Moving read models and reactions along the history."""

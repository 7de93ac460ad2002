"""Pictures as SVG, one file for each kind. They know numbers and words, and nothing of what these are about."""

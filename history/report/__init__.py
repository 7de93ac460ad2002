"""The report of a pulled history: one page for a board, in Swedish and English, with pictures and their numbers."""

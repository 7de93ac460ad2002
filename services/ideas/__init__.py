"""Ideas: challenges that ask for them, and what becomes of them."""

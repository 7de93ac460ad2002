"""What is on the page, one file for each figure: what it says, its picture, and its numbers as a table."""

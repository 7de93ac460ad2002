"""The payload of all sides."""

NOTE = "Videosamtal kan ersätta hälften av hembesöken i hemtjänsten. " * 5
"""300 characters of Swedish."""

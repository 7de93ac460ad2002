"""The command line: start the platform, look after it, tell its story."""

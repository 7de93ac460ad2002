"""The whole story, told over HTTP by a client that knows nothing of how the platform is built."""

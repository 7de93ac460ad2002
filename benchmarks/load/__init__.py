"""``make load``: people of several kinds use the running platform; how soon they are answered."""

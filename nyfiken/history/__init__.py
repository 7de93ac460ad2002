"""``nyfiken history``: the whole history in files of one's own."""

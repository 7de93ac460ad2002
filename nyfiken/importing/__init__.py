"""``nyfiken import``: somebody else's table becomes ideas or lessons, through the services' own commands."""

"""How recorded events travel from one service to another."""

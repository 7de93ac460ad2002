"""How we test: rules by given/when/then, and one suite that every store and every transport must pass."""

"""The event store: protocol, adapters, snapshots, sealing."""

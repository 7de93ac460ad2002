"""What it costs, side by side with a peer in one run."""

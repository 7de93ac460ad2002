"""What analysts do with a history: pull it, replay it, ask it; side by side with peers."""

"""What every service stands on. Not one business word."""

"""What was received, what must be said, and where each conversation stands."""

"""What happens by the clock; it never speaks, it calls operations."""

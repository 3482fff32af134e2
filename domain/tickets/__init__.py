"""Tickets: from a report in chat to a closed and rated piece of work."""

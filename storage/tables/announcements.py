"""Announcements: what was said to whom, and who confirmed."""

"""Every step to today's schema; `python -m storage.migrations "what changes"` drafts the next one."""

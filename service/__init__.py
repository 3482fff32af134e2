"""The running service: channels, inbox, sender, clock and web server put together over one database."""

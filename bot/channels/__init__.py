"""The places where people talk to us, one folder each."""

"""Programs that measure; `make bench` runs them, README.md says how to read what they print."""

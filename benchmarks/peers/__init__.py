"""Bare echo bots to measure against: they store nothing and understand nothing."""

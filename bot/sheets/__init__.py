"""Printed sheets: codes for the rooms of a building, as PDF or pictures."""

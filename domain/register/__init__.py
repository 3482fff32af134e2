"""The estate's register: places, people, staff, and where each of them can be reached."""

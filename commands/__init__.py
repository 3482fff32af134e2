"""The command line: what `guanjia …` does; main.py puts it together."""

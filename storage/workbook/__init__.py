"""The estate workbook as a file: reading Excel and CSV, writing the empty template, and the words used in both."""

from storage.workbook.reading import read
from storage.workbook.template import write_template
from storage.workbook.words import Wording, load_wording, load_words

__all__ = ["Wording", "load_wording", "load_words", "read", "write_template"]

"""Sheets on paper: a PDF with the letters that it needs inside, or pictures; the same font draws both."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from bot.sheets.layout import HEIGHT, WIDTH, Page, Sheet, pages
from domain.errors import Refusal

FONT = Path(__file__).parents[2] / "assets" / "fonts" / "guanjia-sans.ttf"
DOTS = 300 / 25.4  # a millimetre in print
GREY, LINE = 0.35, 0.75  # of white


class Letters:
    """A TrueType font of this machine, for both kinds of paper.

    :raises Refusal: it cannot be used
    """

    def __init__(self, file: Path = FONT) -> None:
        self.file = file
        try:
            self.printed = TTFont(file.stem, str(file))
        except (OSError, TTFError) as error:
            raise Refusal("qr-bad-font", file=str(file), why=str(error)) from error
        self._sized = lru_cache(lambda dots: ImageFont.truetype(str(file), dots))

    def measure(self, words: str, size: float) -> float:
        """How wide it is, in the unit of *size*."""
        return float(self.printed.stringWidth(words, size))

    def drawn(self, dots: int) -> ImageFont.FreeTypeFont:
        """For a picture."""
        return self._sized(dots)

    def require(self, words: str) -> None:
        """Pass in silence when it has every letter.

        :raises Refusal: it would print empty boxes; which letters are missing
        """
        known = self.printed.face.charToGlyph
        if missing := sorted({letter for letter in words if ord(letter) not in known}):
            raise Refusal("qr-no-letters", letters=" ".join(missing))


def plan(sheets: Sequence[Sheet], letters: Letters) -> Sequence[Page]:
    """The pages, every letter of which can be printed.

    :raises Refusal: the font lacks one
    """
    planned = list(pages(sheets, letters.measure))
    letters.require("".join(text.words for page in planned for text in page.texts))
    return planned


def pdf(planned: Sequence[Page], letters: Letters) -> bytes:
    """All pages in one file; the same every time."""
    pdfmetrics.registerFont(letters.printed)
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=(WIDTH * mm, HEIGHT * mm), invariant=1)
    for page in planned:
        for box in page.boxes:
            canvas.setStrokeGray(LINE)
            canvas.setLineWidth(0.3)
            below = (HEIGHT - box.y - box.height) * mm
            canvas.rect(box.x * mm, below, box.width * mm, box.height * mm, stroke=box.outline, fill=not box.outline)
        for text in page.texts:
            canvas.setFillGray(GREY if text.grey else 0)
            canvas.setFont(letters.printed.fontName, text.size * mm)
            canvas.drawCentredString(text.x * mm, (HEIGHT - text.y) * mm, text.words)
        canvas.showPage()
    canvas.save()
    return paper.getvalue()


def pictures(planned: Sequence[Page], letters: Letters) -> Iterator[tuple[str, bytes]]:
    """Each page's name, and the page as PNG at 300 dots to the inch."""
    for page in planned:
        image = Image.new("L", (round(WIDTH * DOTS), round(HEIGHT * DOTS)), 255)
        draw = ImageDraw.Draw(image)
        for box in page.boxes:
            corners = (_dots(box.x), _dots(box.y), _dots(box.x + box.width) - 1, _dots(box.y + box.height) - 1)
            if box.outline:
                draw.rectangle(corners, outline=round(LINE * 255), width=2)
            else:
                draw.rectangle(corners, fill=0)
        for text in page.texts:
            shade = round(GREY * 255) if text.grey else 0
            font = letters.drawn(_dots(text.size))
            draw.text((_dots(text.x), _dots(text.y)), text.words, font=font, fill=shade, anchor="ms")
        paper = io.BytesIO()
        image.save(paper, "PNG", dpi=(300, 300), optimize=True)
        yield page.name, paper.getvalue()


def _dots(millimetres: float) -> int:
    return round(millimetres * DOTS)

"""Where everything stands on a sheet of labels: pure, in millimetres from the upper left corner of a page of A4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import segno

WIDTH, HEIGHT = 210.0, 297.0
COLUMNS, ROWS = 3, 4
MARGIN, HEAD = 12.0, 12.0  # around the page; above its labels
LABEL_WIDTH = (WIDTH - 2 * MARGIN) / COLUMNS
LABEL_HEIGHT = (HEIGHT - 2 * MARGIN - HEAD) / ROWS
CODE = 38.0  # a phone reads it from half a metre
AIR = 3.0  # between a label's edge and its words
QUIET = 4  # modules of white around a code, as its standard wants

Measure = Callable[[str, float], float]  # how wide these words are at that size


@dataclass(frozen=True, slots=True)
class Label:
    """One room: what it is called, and the address that its code holds; none: it is only seen how it fits."""

    name: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The labels of one building, and the words on each of them."""

    estate: str
    building: str
    hint: str
    labels: Sequence[Label]


@dataclass(frozen=True, slots=True)
class Text:
    """Words, centred at *x*, standing on *y*."""

    x: float
    y: float
    size: float
    words: str
    grey: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A black area, or the line around one along which the sheet is cut."""

    x: float
    y: float
    width: float
    height: float
    outline: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on one page; *name* tells it from the others."""

    name: str
    texts: Sequence[Text] = ()
    boxes: Sequence[Box] = field(default=(), repr=False)


def pages(sheets: Sequence[Sheet], measure: Measure) -> Iterator[Page]:
    """As many pages as the labels need; a building begins a new one."""
    for sheet in sheets:
        full = COLUMNS * ROWS
        parts = [sheet.labels[start : start + full] for start in range(0, len(sheet.labels), full)]
        for number, labels in enumerate(parts, 1):
            count = f" · {number}/{len(parts)}" if len(parts) > 1 else ""
            title = Text(WIDTH / 2, MARGIN + 5, 5, f"{sheet.estate} · {sheet.building}{count}")
            texts, boxes = [_fitting(title, WIDTH - 2 * MARGIN, measure)], []
            for place, label in enumerate(labels):
                x = MARGIN + place % COLUMNS * LABEL_WIDTH
                y = MARGIN + HEAD + place // COLUMNS * LABEL_HEIGHT
                texts += _words(sheet, label, x, y, measure)
                boxes += [Box(x, y, LABEL_WIDTH, LABEL_HEIGHT, outline=True), *_code(label.link, x, y)]
            yield Page(f"{sheet.building}-{number}" if len(parts) > 1 else sheet.building, texts, boxes)


def _words(sheet: Sheet, label: Label, x: float, y: float, measure: Measure) -> Iterator[Text]:
    middle, below = x + LABEL_WIDTH / 2, y + 9 + CODE
    for text in (
        Text(middle, y + 7.5, 3.2, sheet.estate, grey=True),
        Text(middle, below + 6.5, 5.2, label.name),
        Text(middle, below + 11.5, 2.8, sheet.hint, grey=True),
    ):
        yield _fitting(text, LABEL_WIDTH - 2 * AIR, measure)


def _fitting(text: Text, width: float, measure: Measure) -> Text:
    """Smaller where it would be too wide."""
    wide = measure(text.words, text.size)
    return text if wide <= width else Text(text.x, text.y, text.size * width / wide, text.words, text.grey)


def _code(link: str, x: float, y: float) -> Iterator[Box]:
    """Its dark modules, neighbours of a line in one piece: no printer leaves hair lines between them."""
    if not link:
        return
    code = segno.make(link, error="m", micro=False)
    module = CODE / code.symbol_size(border=QUIET)[0]
    left, top = x + (LABEL_WIDTH - CODE) / 2 + QUIET * module, y + 9 + QUIET * module
    for row, line in enumerate(code.matrix):
        for dark, run in groupby(enumerate(line), key=lambda one: one[1]):
            cells = [column for column, _ in run]
            if dark:
                yield Box(left + cells[0] * module, top + row * module, len(cells) * module, module)

"""Makes assets/fonts/guanjia-sans.ttf: the characters of GB 2312 and of estates' names, as TrueType outlines.

Needs fonttools, in an environment of its own, and Noto Sans CJK (Debian: fonts-noto-cjk):

    python tools/subset_font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc assets/fonts/guanjia-sans.ttf
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

SIMPLIFIED = 2  # the face of the collection with the forms of mainland China
EXACT = 1.0  # thousandths of the letter's height by which a curve may differ
MORE = (  # beyond GB 2312: estates are called like this, and traditional forms of what stands on signs
    "璟玥玺瑄瑆瑧珺璞玖琚琨堃喆頔昕旻昇晟晞曦朤椛榀槿樾橦檀沄沣浐涅淏湙滟漵滙澍澔濠瀚灏焜煊熙熹燊犇祎禛禧禺稔翊翎翀翾耀臻芃芮苒茗荟莜菀菡萬葳葵蒗蓥蔻"
    "蕙薇薈藺蘅虹蛟襄谧邺郃郄郅郦鄄鄱醴钰钲铂铖锟镕镛镱閣闾陂隽霁霏霖鋆韬韫韵頤颀颐颢馥骁骅骊鸾鹂鹭麓鼎層厦廈邨園园里衖岚峯㐂墘號號棟單樓座"
    "·×—–‘’“”…、。《》「」【】（），：；！？－０１２３４５６７８９＃"
)
NAMES = {1: "Guanjia Sans", 4: "Guanjia Sans Regular", 6: "GuanjiaSans-Regular", 16: "Guanjia Sans"}
KEPT_NAMES = (0, 2, 5, 13, 14)  # copyright, style, version, licence
DROPPED = ["vhea", "vmtx", "VORG", "BASE", "GPOS", "GSUB", "GDEF", "DSIG"]


def characters() -> Iterator[str]:
    """Latin letters, all of GB 2312, and more."""
    yield from (chr(code) for code in range(0x20, 0x7F))
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            yield bytes((row, cell)).decode("gb2312", errors="ignore")
    yield from MORE


def cut(font: TTFont) -> None:
    """Leave only those characters."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, desubroutinize=True)
    options.drop_tables += DROPPED
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(characters()))
    cutter.subset(font)


def convert(font: TTFont) -> None:
    """Cubic curves (CFF) to quadratic ones (glyf), which reportlab can put into a PDF."""
    drawn, order = font.getGlyphSet(), font.getGlyphOrder()
    outlines = {}
    for name in order:
        pen = TTGlyphPen(None)
        drawn[name].draw(Cu2QuPen(pen, max_err=EXACT, reverse_direction=True))
        outlines[name] = pen.glyph()
    del font["CFF "]
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, outlines
    for name, outline in outlines.items():
        outline.recalcBounds(font["glyf"])
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(outline, "xMin", 0))
    maxp = font["maxp"]
    maxp.tableVersion, maxp.maxZones = 0x00010000, 1
    for name in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements", "ComponentElements"):
        setattr(maxp, f"max{name}", 0)
    maxp.maxSizeOfInstructions = 0
    font["post"].formatType = 3.0
    font.sfntVersion = "\0\1\0\0"


def rename(font: TTFont) -> None:
    """A changed font has a name of its own."""
    table = font["name"]
    table.names = [one for one in table.names if one.nameID in NAMES or one.nameID in KEPT_NAMES]
    for one in table.names:
        one.string = NAMES.get(one.nameID, one.string)


if __name__ == "__main__":
    source, target = sys.argv[1:]
    made = TTFont(source, fontNumber=SIMPLIFIED)
    cut(made)
    convert(made)
    rename(made)
    made.save(target)

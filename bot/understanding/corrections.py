"""What somebody takes back, and what they mean instead: "不是3栋，是5栋", "sorry, the other bathroom"."""

from dataclasses import dataclass

from bot.understanding.normalise import normalise
from bot.understanding.phrases import languages, phrases

_article = "the "


@dataclass(frozen=True, slots=True)
class Correction:
    """The words that hold what is right, and the words that were wrong where they were named."""

    right: str
    wrong: str = ""


def read_correction(raw: str, *, language: str) -> Correction | None:
    """The correction that a message is; None for any other message."""
    said = normalise(raw)
    for one in dict.fromkeys((language, *languages())):
        for grammar in phrases(one).corrections if one in languages() else ():
            if found := grammar.match(said.plain):
                wrong = found.span("wrong") if "wrong" in grammar.groupindex else (0, 0)
                right = said.surface[slice(*found.span("right"))].strip(" ,.。!")
                return Correction(right.removeprefix(_article), said.surface[slice(*wrong)].removeprefix(_article))
    return None

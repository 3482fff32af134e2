"""Draws docs/conversations.md from the journeys that the tests play: `make docs`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).with_suffix(".md")
JOURNEYS = Path(__file__).parents[1] / "tests" / "journeys"
LANGUAGES = {"zh": "中文", "en": "English"}
# The journey and which of its stories: one that a user may meet on any day.
PICKED = (("60-two-matters", 0), ("61-corrections", 0), ("62-ways-out", 0), ("64-silence", 0), ("65-two-channels", 0))
HEAD = """\
<!-- Drawn by `make docs` from tests/journeys. Change those, not this page. -->

# Five conversations

As the people who have them see them. Each is played by the tests. What stands in brackets is a button; after `✎` stands
what a message says since it was changed.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for language in LANGUAGES for line in chapter(language))])


def chapter(language: str) -> Iterator[str]:
    """The five stories in one language."""
    yield f"## {LANGUAGES[language]}\n"
    for name, which in PICKED:
        text = (JOURNEYS / language / f"{name}.txt").read_text(encoding="utf-8")
        title, *_rest = text.splitlines()
        yield f"### {title.removeprefix('# ')}\n\n```text"
        yield from seen(text.split("\n\n")[which])
        yield "```\n"


def seen(story: str) -> Iterator[str]:
    """The lines that the people of a story see themselves."""
    people = set(re.findall(r"^(\S+)(?:> | taps )", story, re.MULTILINE)) - {"bot"}
    hidden = changed = False
    for line in story.splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith("    "):
            mark, _, rest = line.partition(" ")
            to_others = mark in ("->", "~>") and rest.split(" ")[0] not in people
            hidden, changed = to_others or mark == "(toast)", mark == "~>"
            line = f"bot> {rest.partition(' ')[2]}" if mark == "->" else line  # noqa: PLW2901 - news, as they see it
        if not hidden and (said := _shown(line, changed=changed)):
            yield said


def _shown(line: str, *, changed: bool) -> str:
    """One line as it looks in a chat."""
    line = re.sub(r"</?[bi]>", "", line)
    if changed:
        return line.replace("    + ", "Guanjia ✎ ", 1) if line.startswith("    + ") else ""
    if line.startswith("bot> "):
        return f"Guanjia> {line.removeprefix('bot> ')}"
    return line if "> " in line or line.startswith("    ") or " taps " in line else f"… {line}"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The smallest parts of a message: words and pairs of them; of Chinese, every one to three characters in a row."""

import re

READ = 300  # characters: what a letter is about is said by then
TOGETHER = 3  # Chinese characters

_run = re.compile(r"[a-z][a-z']*|[0-9]+|[\u4e00-\u9fff]+")


def units(plain: str) -> list[str]:
    """The parts of a normalised text, each once, however often somebody repeats it; any number is "0"."""
    found: list[str] = []
    before = ""
    for run in _run.findall(plain[:READ]):
        if run[0] >= "\u4e00":
            found += [run[at : at + size] for size in range(1, TOGETHER + 1) for at in range(len(run) - size + 1)]
            before = ""
            continue
        word = "0" if run[0].isdigit() else run.rstrip("'")
        found.append(word)
        if before:
            found.append(f"{before} {word}")
        before = word
    return list(dict.fromkeys(found))

"""The page's own sentences, from each locale's web.po."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel.messages.pofile import read_po

LOCALES = Path(__file__).parents[3] / "locales"
_FIRST = "zh_CN"  # where nothing says which language somebody reads


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every sentence by language and key."""
    return MappingProxyType({path.parts[-3]: _read(path) for path in sorted(LOCALES.glob("*/LC_MESSAGES/web.po"))})


def best(accepted: str) -> str:
    """The language for an Accept-Language header; browsers put the best one first."""
    for part in accepted.split(","):
        tag = part.partition(";")[0].strip().lower().replace("-", "_")
        for language in texts():
            if tag and tag.partition("_")[0] == language.partition("_")[0].lower():
                return language
    return _FIRST


def _read(path: Path) -> Mapping[str, str]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parts[-3])
    return MappingProxyType({str(message.id): str(message.string) for message in catalogue if message.id})

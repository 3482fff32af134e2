"""What an announcement may say: lengths, options, caps; and the languages in which it says nothing yet."""

from __future__ import annotations

from collections.abc import Iterable

from domain.announcements.model import BODY_MAX, TITLE_MAX, Draft, HeadCount, Text
from domain.errors import Refusal

OPTIONS = (2, 10)  # of a poll
OPTION_MAX = 60


def check(draft: Draft) -> None:
    """Pass in silence where it can be said.

    :raises Refusal: with what is missing or too long
    """
    if not draft.texts:
        raise Refusal("announcement-no-text")
    for text in draft.texts.values():
        check_text(text)
    if draft.poll and draft.sign_up:
        raise Refusal("announcement-poll-or-sign-up")
    if draft.poll:
        options = draft.poll.options
        if not draft.poll.question.strip() or not OPTIONS[0] <= len(options) <= OPTIONS[1]:
            raise Refusal("announcement-poll-options", least=OPTIONS[0], most=OPTIONS[1])
        if len(set(options)) < len(options) or not all(0 < len(one.strip()) <= OPTION_MAX for one in options):
            raise Refusal("announcement-poll-option-bad", most=OPTION_MAX)
    if draft.sign_up and draft.sign_up.cap < 1:
        raise Refusal("announcement-cap-bad")


def check_text(text: Text) -> None:
    """The same for one language's text.

    :raises Refusal: a part is empty or too long
    """
    if not text.title.strip() or not text.body.strip():
        raise Refusal("announcement-no-text")
    if len(text.title) > TITLE_MAX or "\n" in text.title:
        raise Refusal("announcement-title-long", most=TITLE_MAX)
    if len(text.body) > BODY_MAX:
        raise Refusal("announcement-body-long", most=BODY_MAX)


def missing_languages(draft: Draft, heads: HeadCount, *, spoken: Iterable[str]) -> dict[str, int]:
    """Languages that people of the audience chose and in which it says nothing → how many they are."""
    return {
        language: heads.languages[language]
        for language in spoken
        if language not in draft.texts and heads.languages.get(language)
    }

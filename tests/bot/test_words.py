"""The words: plurals, escaping exactly once, times as people say them, languages by their names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.words import DEFAULT, Said, Words, mask, mask_numbers

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # a Monday, 12:00 in Shanghai
SHANGHAI = "Asia/Shanghai"


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(Path(__file__).parents[2] / "locales")


def test_every_language_has_every_sentence(words):
    missing = {one: words.keys(DEFAULT) ^ words.keys(one) for one in words.languages}
    assert missing == {one: frozenset() for one in words.languages}


@pytest.mark.parametrize(("count", "said"), ((1, "📷 1 photo"), (2, "📷 2 photos"), (0, "📷 0 photos")))
def test_a_count_chooses_the_plural(words, count, said):
    assert words.say("card-photos", "en", count=count) == said
    assert words.say("card-photos", "zh_CN", count=count) == f"📷 照片 {count} 张"


def test_what_people_wrote_is_escaped_and_our_own_words_are_not(words):
    ours = words.say("work-done-words", "en", words="<b>bold & brave</b>")
    assert ours == "\n“&lt;b&gt;bold &amp; brave&lt;/b&gt;”"
    said = words.say("work-finished-owner", "en", name="O'Neil <x>", number="R1", words=ours, what="Leak")
    assert (
        said == "🔧 O'Neil &lt;x&gt; says that R1 (Leak) is done.\n“&lt;b&gt;bold &amp; brave&lt;/b&gt;”\nIs it fixed?"
    )
    assert type(said) is Said


def test_an_unknown_sentence_is_a_bug(words):
    with pytest.raises(KeyError):
        words.say("no-such-sentence", "en")


@pytest.mark.parametrize(
    ("away", "chinese", "english"),
    (
        (timedelta(days=-1), "昨天 12:00", "yesterday 12:00 PM"),
        (timedelta(), "今天 12:00", "today 12:00 PM"),
        (timedelta(hours=12), "明天 00:00", "tomorrow 12:00 AM"),
        (timedelta(days=2), "11月25日周三 12:00", "Wed, Nov 25 12:00 PM"),
        (timedelta(days=365), "11月23日周二 12:00", "Tue, Nov 23 12:00 PM"),
    ),
)
def test_a_moment_is_said_as_people_say_it(words, away, chinese, english):
    for language, said in (("zh_CN", chinese), ("en", english)):
        spoken = words.moment(NOON + away, now=NOON, language=language, timezone=SHANGHAI)
        assert spoken.replace("\u202f", " ") == said


def test_the_day_is_that_of_the_estate_s_clock(words):
    evening = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # past midnight in Shanghai
    assert words.moment(evening, now=NOON, language="en", timezone=SHANGHAI).startswith("tomorrow")
    assert words.moment(evening, now=NOON, language="en", timezone="Europe/London").startswith("today")
    assert words.day(evening, language="en", timezone=SHANGHAI) == "Tue, Nov 24"


@pytest.mark.parametrize(
    ("hint", "language"),
    (("zh-hans", "zh_CN"), ("zh_TW", "zh_CN"), ("en-GB", "en"), ("EN", "en"), ("fr", DEFAULT), (None, DEFAULT)),
)
def test_the_closest_language_to_a_platform_s_hint(words, hint, language):
    assert words.closest(hint) == language


@pytest.mark.parametrize(
    ("text", "language"),
    (("English", "en"), (" en ", "en"), ("中文", "zh_CN"), ("zh", "zh_CN"), ("klingon", None), ("", None)),
)
def test_languages_are_known_by_code_and_by_their_own_names(words, text, language):
    assert words.named(text) == language


@pytest.mark.parametrize(
    ("phone", "masked"), (("13812345678", "138****5678"), ("0571123456", "057112****"), ("1234", "****"), ("", "****"))
)
def test_a_number_in_a_group_shows_only_its_ends(phone, masked):
    assert mask(phone) == masked


@pytest.mark.parametrize(
    ("text", "shown"),
    (
        ("打我13812345678谢谢", "打我138****5678谢谢"),
        ("call 138 1234 5678 or 138-1234-5678", "call 138****5678 or 138****5678"),
        ("5-101，3栋2单元1201，R1123-001", "5-101，3栋2单元1201，R1123-001"),
        ("2026-11-23 10:00", "2026-11-23 10:00"),
    ),
)
def test_numbers_inside_words_are_masked_and_nothing_else_is(text, shown):
    assert mask_numbers(text) == shown

"""What another process whispers reaches the open pages of this one."""

from bot.channels.web.hub import Hub


def test_a_page_looks_again_when_another_process_has_written_into_its_chat() -> None:
    hub = Hub()
    with hub.open(["1", "2"], tab="a") as one, hub.open(["3"], tab="b") as other:
        hub.hear('{"chat": "2"}')
        assert (one.changed(), other.changed()) == (frozenset({"2"}), frozenset())


def test_a_toast_finds_the_tab_that_it_answers() -> None:
    hub = Hub()
    with hub.open(["1"], tab="a") as one, hub.open(["1"], tab="b") as other:
        hub.hear('{"tab": "b", "text": "好的", "alert": false}')
        assert (list(one.signs()), list(other.signs())) == ([], [("toast", {"text": "好的", "alert": False})])
        assert not hub.toast("gone", text="", alert=False)


def test_every_page_looks_at_everything_again_when_something_may_have_been_missed() -> None:
    hub = Hub()
    with hub.open(["1", "2"], tab="a") as one:
        hub.hear("")
        assert one.changed() == {"1", "2"}

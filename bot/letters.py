"""Letters: the words and buttons of each notice."""

from __future__ import annotations

from collections.abc import Callable

from bot import alarms, cards, talk_letters
from bot.audiences import BARE_GROUPS, Recipient, Scene
from bot.dialog import gist
from bot.turn import Rows, Tap
from bot.voice import VISITS, Voice
from bot.words import Said, mask_numbers
from domain.messaging.events import ConversationStalled
from domain.tickets import relaying
from domain.tickets.eligibility import MANAGERS
from domain.tickets.events import HelpRequested, TicketEscalated, TicketHandedBack, TicketReopened
from domain.tickets.lifecycle import Status
from domain.tickets.model import Kind, Ticket, Urgency
from domain.tickets.schedule import deadline

# A question is answered, not repaired.
OF_A_TALK = {
    "ticket-claimed-owner": "talk-claimed-owner",
    "ticket-reopened-owner": "talk-reopened-owner",
    "ticket-reopened-repairer": "talk-reopened-repairer",
}
Letter = Callable[[Voice, Scene, Recipient], tuple[str, Rows]]


def plain(key: str) -> Letter:
    """One sentence about the ticket."""
    return lambda voice, scene, to: (_sentence(voice, scene, key, to), ())


def staff(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """The group's card."""
    return cards.staff_card(voice, scene.ticket, hint=to.channel not in BARE_GROUPS)


def staff_again(key: str) -> Letter:
    """The group's card once more, under a sentence that says why."""

    def letter(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
        text, rows = staff(voice, scene, to)
        return f"{_headline(voice, scene, key)}\n{text}", rows

    return letter


def worker(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """The repairer's card."""
    return cards.worker_card(voice, scene.ticket, to.person_id)


def worker_again(key: str) -> Letter:
    """The repairer's card once more, under a sentence that says why."""

    def letter(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
        text, rows = cards.worker_card(voice, scene.ticket, to.person_id)
        return f"{_headline(voice, scene, key)}\n{text}", rows

    return letter


def reopened(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """The repairer's card once more: it is not fixed, in the owner's own words where there are any."""
    event = scene.event
    assert isinstance(event, TicketReopened)
    text, rows = cards.worker_card(voice, scene.ticket, to.person_id)
    said = [voice.say("ticket-reopened-words", words=event.words)] if event.words else []
    return "\n".join([_headline(voice, scene, "ticket-reopened-repairer"), *said, text]), rows


def manager(key: str) -> Letter:
    """The manager's card under a sentence that says why."""

    def letter(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
        text, rows = cards.manager_card(voice, scene.ticket)
        return f"{_headline(voice, scene, key)}\n{text}", rows

    return letter


def managed(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """The manager's card as it is now; for who manages no more, only where it stands."""
    staff = scene.work.register.staff(to.person_id) if to.person_id else None
    if to.person_id and not (staff and staff.serves(scene.ticket.estate_id, *MANAGERS)):
        return cards.worker_card(voice, scene.ticket, viewer=0)
    return cards.manager_card(voice, scene.ticket)


def escalated(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """A rung of the ladder: nobody took it, or a promise is about to break."""
    event = scene.event
    assert isinstance(event, TicketEscalated)
    return manager("ticket-unclaimed-manager" if event.unclaimed else _strained(voice, scene))(voice, scene, to)


def reminder(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """The repairer's card once more: a promise is about to break, or a pause is over."""
    paused = scene.ticket.status == Status.WAITING
    return worker_again("pause-over-repairer" if paused else "promise-at-risk-repairer")(voice, scene, to)


def _strained(voice: Voice, scene: Scene) -> str:
    """What is the matter with a promise."""
    if scene.ticket.status == Status.WAITING:
        return "pause-over-manager"
    return "promise-broken-manager" if deadline(scene.ticket) <= voice.now else "promise-at-risk-manager"


def handed_back(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """The group's card once more: somebody could not do it, and why."""
    event = scene.event
    assert isinstance(event, TicketHandedBack)
    card, rows = staff(voice, scene, to)
    reason = voice.say("handed-back-reason", reason=mask_numbers(event.reason)) if event.reason else Said("")
    return f"{voice.say('ticket-handed-back-staff', number=scene.ticket.number, reason=reason)}\n{card}", rows


def receipt(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """The owner's receipt: the number and the promise."""
    ticket = scene.ticket
    if ticket.hazard:
        return alarms.receipt(voice, ticket)
    if ticket.kind is Kind.QUESTION:
        return talk_letters.receipt(voice, scene)
    if ticket.kind is not Kind.REPAIR:
        promise = voice.say("promise-answer", time=voice.soon(ticket.respond_by, ticket.estate_id))
    elif ticket.urgency is Urgency.EMERGENCY:
        hours = round((ticket.respond_by - ticket.opened_at).total_seconds() / 3600)
        promise = voice.say("promise-hours", count=hours)
    else:
        said = voice.visit(ticket) if ticket.visit in VISITS else ticket.visit  # today: no need to say when it was said
        visit = said if ticket.visit != "visit-anytime" else ""
        key = "promise-visit" if visit else "promise-until"  # nobody comes before the owner wants them to
        promise = voice.say(key, time=voice.soon(ticket.respond_by, ticket.estate_id), visit=visit)
    rows = [[Tap(voice.say("button-cancel-ticket"), "cancel", {"ticket": ticket.id})]]
    key = "receipt-complaint" if ticket.kind is Kind.COMPLAINT else "receipt"
    return voice.say(key, number=ticket.number, promise=promise), rows


def nudge(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """Whoever fell silent is asked once whether they want to go on."""
    event = scene.event
    assert isinstance(event, ConversationStalled)
    left = scene.work.conversations.get(f"person:{event.person_id}")
    answers = left.answers if left else {}
    draft = {"draft": answers.get("draft")}
    go_on = Tap(voice.say("button-go-on"), "go_on", draft)
    if event.urgent:
        return voice.say("nudge-place"), [[go_on]]
    words = gist(answers)
    return voice.say("nudge-draft", words=words), [[go_on], [Tap(voice.say("button-drop-draft"), "never_mind", draft)]]


def paused(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """What we wait for, and until when."""
    ticket = scene.ticket
    assert ticket.wait_until is not None
    reason = voice.say(f"wait-for-{ticket.wait_for}")
    time = voice.soon(ticket.wait_until, ticket.estate_id)
    return voice.say("work-paused-owner", number=ticket.number, reason=reason, time=time), ()


def finished(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """Done, says the repairer: is it?"""
    ticket = scene.ticket
    words = voice.say("work-done-words", words=ticket.work_done) if _is_news(scene) else Said("")
    key = "work-finished-owner" if ticket.kind is Kind.REPAIR else "work-finished-other-owner"
    name = cards.who(voice, ticket, ticket.done_by, to.person_id)
    text = voice.say(key, number=ticket.number, name=name, words=words, what=_what(voice, ticket))
    return text, cards.verdict_rows(voice, ticket)


def _is_news(scene: Scene) -> bool:
    """Does the owner not know yet what was done? What the desk said in a talk, they do."""
    ticket = scene.ticket
    told = relaying.answer(work=scene.work, ticket_id=ticket.id) if ticket.kind is Kind.QUESTION else ""
    return bool(ticket.work_done) and not told.startswith(ticket.work_done)


def help_wanted(voice: Voice, scene: Scene, _to: Recipient) -> tuple[str, Rows]:
    """Who needs a hand, where."""
    event, ticket = scene.event, scene.ticket
    assert isinstance(event, HelpRequested)
    values = {"number": ticket.number, "place": voice.place(ticket), "name": voice.name(event.by)}
    return voice.say("help-wanted-staff", **values, words=mask_numbers(event.words)), ()


def low_mark(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """An owner is not content."""
    ticket = scene.ticket
    values = {
        "number": ticket.number,
        "mark": ticket.mark or 0,
        "name": voice.name(ticket.done_by),
        "words": ticket.comment,
    }
    text = voice.say("low-mark", **values).rstrip()
    history = [[Tap(voice.say("button-history"), "history", {"ticket": ticket.id})]] if to.person_id else []
    return text, history


def cancelled(voice: Voice, scene: Scene, to: Recipient) -> tuple[str, Rows]:
    """Somebody else cancelled it: the owner hears who."""
    name = cards.who(voice, scene.ticket, scene.event.by, to.person_id)
    return voice.say("ticket-cancelled-owner", number=scene.ticket.number, name=name), ()


def _headline(voice: Voice, scene: Scene, key: str) -> str:
    """The sentence over a card; whoever is called late hears why."""
    sentence = _sentence(voice, scene, key)
    late = isinstance(scene.event, TicketEscalated) and scene.event.late
    return f"{voice.say('late-notice')}\n{sentence}" if late else sentence


def _sentence(voice: Voice, scene: Scene, key: str, to: Recipient | None = None) -> Said:
    ticket = scene.ticket
    if ticket.kind is Kind.QUESTION:
        key = OF_A_TALK.get(key, key)
    name = cards.who(voice, ticket, ticket.repairer_id or ticket.done_by, to.person_id if to else None)
    return voice.say(
        key,
        number=ticket.number,
        name=name,
        place=voice.place(ticket),
        count=ticket.reopened,
        what=_what(voice, ticket),
    )


def _what(voice: Voice, ticket: Ticket) -> Said:
    """People remember what they reported, not its number."""
    return voice.say(f"category-{ticket.category}")

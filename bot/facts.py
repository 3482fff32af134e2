"""What a notice says, one by one: for platforms whose own templates have a field for each."""

from __future__ import annotations

from bot import cards
from bot.audiences import Scene
from bot.voice import Voice


def facts_of(voice: Voice, scene: Scene, reader: int) -> dict[str, str]:
    """Of a ticket its number, kind, place, state and the time of this news; of anything else nothing but its words."""
    ticket = scene.about
    if ticket is None:
        return {}
    return {
        "number": str(ticket.number),
        "category": voice.say(f"category-{ticket.category}"),
        "place": voice.place(ticket),
        "status": cards.status(voice, ticket, reader),
        "time": voice.date(voice.now, ticket.estate_id),
    }

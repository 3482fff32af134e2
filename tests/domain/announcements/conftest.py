"""A work over fakes: an owner on two channels, a neighbour on one, a second manager."""

import pytest

from domain.register.model import Group, GroupKind, Role
from tests.announcing import bind_everybody
from tests.builders import GARDEN, Place, staff
from tests.fakes_announcements import AnnouncingWork

SECOND = 24  # another manager


@pytest.fixture
def work() -> AnnouncingWork:
    place = Place()
    place.staff[SECOND] = staff(SECOND, "何经理", Role.MANAGER)
    place.groups.append(Group(channel="telegram", chat="-300", estate_id=GARDEN, kind=GroupKind.OWNERS))
    place.groups.append(Group(channel="telegram", chat="-301", estate_id=GARDEN, kind=GroupKind.OWNERS, language="en"))
    found = AnnouncingWork(place)
    bind_everybody(found)
    return found

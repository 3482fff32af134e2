"""Who plays in the journeys: one estate of two blocks and one next door, its people, its groups."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert

from storage import tables as t

CHANNEL, PAGE = "chat", "page"


@dataclass(frozen=True)
class Player:
    """Somebody with a private chat of their own; a stranger's is known to nobody."""

    id: int
    name: str
    phone: str = ""
    rooms: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    estates: tuple[int, ...] = (1,)
    language: str | None = "zh_CN"
    bound: bool = True


PLAYERS = (
    Player(1, "王阿姨", "13800000001", rooms=(1,)),
    Player(2, "陈先生", "13800000002", rooms=(2, 3)),
    Player(3, "Tom", "13800000003", rooms=(4,), language="en"),
    Player(4, "李师傅", "13800000004", roles=("engineer",), skills=("water",)),
    Player(5, "孙师傅", "13800000005", roles=("engineer",), skills=("electricity",)),
    Player(6, "何师傅", "13800000006", roles=("engineer",), skills=("water",)),
    Player(7, "小周", "13800000007", roles=("customer_service",), rooms=(5,)),
    Player(8, "钱值班", "13800000008", roles=("duty_manager",)),
    Player(9, "赵经理", "13800000009", roles=("manager",)),
    Player(10, "周总", "13800000010", roles=("director",)),
    Player(11, "吴师傅", "13800000011", roles=("engineer",), skills=("water",), estates=(2,)),
    Player(12, "刘大爷", "13800000012", rooms=(6,), language=None, bound=False),
    Player(13, "刘小妹", "13800000012", rooms=(6,), language=None, bound=False),
    Player(14, "孤先生", "13800000014"),  # bound, but no room on file
)
STRANGERS = ("陌生人", "Stranger")
GROUPS = {"员工群": "staff", "业主群": "owners"}
STRANGE_GROUPS = ("陌生群",)
ON_THE_PAGE = ("王阿姨@web", "Tom@web")  # the same people, on another channel
NAMES = (*ON_THE_PAGE, *(player.name for player in PLAYERS), *STRANGERS)


STAFF_CHATS = ("员工群", *(player.name for player in PLAYERS if player.roles))


def channel_of(chat: str, *, staff_on: str = CHANNEL) -> str:
    """Where a chat is."""
    if chat in STAFF_CHATS:
        return staff_on
    return PAGE if chat in ON_THE_PAGE else CHANNEL


ROOMS = (
    {"id": 1, "building": "3", "entrance": "2", "room": "1201", "area": 89.5},
    {"id": 2, "building": "5", "entrance": "1", "room": "101", "area": 76},
    {"id": 3, "building": "5", "entrance": "1", "room": "102", "area": 120.25},
    {"id": 4, "building": "8", "entrance": "", "room": "601", "area": 101},
    {"id": 5, "building": "9", "entrance": "1", "room": "303", "area": 88},
    {"id": 6, "building": "9", "entrance": "1", "room": "304", "area": 95},
)


def move_in(connection: Connection, *, language: str, staff_on: str = CHANNEL) -> None:
    """Fill an empty register; *language* is what the staff and their groups speak, *staff_on* the channel they use."""
    staff = [player for player in PLAYERS if player.roles]
    connection.execute(
        insert(t.estates), [{"id": 1, "name": "翠湖花园", "timezone": "Asia/Shanghai", "language": language}]
    )
    connection.execute(
        insert(t.estates), [{"id": 2, "name": "东篱苑", "timezone": "Asia/Shanghai", "language": language}]
    )
    connection.execute(insert(t.rooms), [{"estate_id": 1, **room} for room in ROOMS])
    connection.execute(insert(t.people), [_person(player, language) for player in PLAYERS])
    connection.execute(
        insert(t.occupancies),
        [{"person_id": one.id, "room_id": room, "relation": "owner"} for one in PLAYERS for room in one.rooms],
    )
    connection.execute(
        insert(t.staff), [{"person_id": one.id, "roles": list(one.roles), "skills": list(one.skills)} for one in staff]
    )
    connection.execute(
        insert(t.staff_estates), [{"person_id": one.id, "estate_id": estate} for one in staff for estate in one.estates]
    )
    connection.execute(
        insert(t.addresses),
        [
            {
                "channel": channel_of(one.name, staff_on=staff_on),
                "user": one.name,
                "chat": one.name,
                "person_id": one.id,
            }
            for one in PLAYERS
            if one.bound
        ],
    )
    connection.execute(
        insert(t.groups),
        [
            {
                "channel": channel_of(chat, staff_on=staff_on),
                "chat": chat,
                "estate_id": 1,
                "kind": kind,
                "language": language,
            }
            for chat, kind in GROUPS.items()
        ],
    )


def _person(player: Player, language: str) -> dict[str, object]:
    spoken = player.language if language == "zh_CN" or player.language is None else language
    return {"id": player.id, "name": player.name, "phone": player.phone, "language": spoken, "flags": []}

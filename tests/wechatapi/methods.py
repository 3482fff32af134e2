"""Every method of the API that we know, with the checks that WeChat makes."""

from collections.abc import Callable

from tests.wechatapi.errors import Json, Refused
from tests.wechatapi.world import World

LONGEST = 2048
FIELD = {"thing": 20, "character_string": 32, "phrase": 5, "time": 32, "const": 20, "name": 10, "number": 32}


def stable_token(world: World, given: Json) -> Json:
    if given.get("grant_type") != "client_credential" or given.get("appid") != world.app_id:
        raise Refused(40013)
    if given.get("secret") != world.secret:
        raise Refused(40125)
    return world.new_token(anew=given.get("force_refresh") is True)


def custom_send(world: World, given: Json) -> Json:
    world.may("custom")
    follower = world.follower(given.get("touser"))
    if not follower.following:
        raise Refused(43004)
    kind, now = given.get("msgtype"), world.now()
    if kind == "text":
        shown = _text(given["text"]["content"])
    elif kind == "image" and given["image"]["media_id"] in world.media:
        shown = given["image"]["media_id"]
    else:
        raise Refused(40007 if kind == "image" else 47001)
    if follower.event[0] > now and follower.event[1]:
        follower.event = follower.event[0], follower.event[1] - 1
    elif follower.said[0] <= now:
        raise Refused(45015)
    elif not follower.said[1]:
        raise Refused(45047)
    else:
        follower.said = follower.said[0], follower.said[1] - 1
    world.show(follower.openid, "customer" if kind == "text" else "image", shown)
    return {}


def template_send(world: World, given: Json) -> Json:
    world.may("template")
    fields = world.templates.get(str(given.get("template_id")))
    if fields is None:
        raise Refused(40037)
    follower = world.follower(given.get("touser"))
    if not follower.following:
        raise Refused(43004)
    if follower.refuses_templates:
        raise Refused(43101)
    data = given.get("data")
    if not isinstance(data, dict) or (fields and set(data) != fields) or not all(_fits(*one) for one in data.items()):
        raise Refused(47003)
    if not world.drops:
        world.show(follower.openid, "template", " | ".join(data[name]["value"] for name in sorted(data)))
    return {"msgid": 200_000_000 + world.shown}


def _fits(name: str, given: Json) -> bool:
    value = given.get("value")
    limit = FIELD.get(name.rstrip("0123456789"), 2000)
    return isinstance(value, str) and 0 < len(value) <= limit and not (limit < 2000 and "\n" in value)


def mass_send(world: World, given: Json) -> Json:
    world.may("mass")
    people, name = given.get("touser"), str(given.get("clientmsgid", ""))
    if not isinstance(people, list) or len(set(people)) < 2 or len(people) > 10_000:
        raise Refused(40130)
    if not 0 < len(name.encode()) <= 64:
        raise Refused(47001)
    if name in world.mass_names:
        raise Refused(45065)
    text = _text(given["text"]["content"])
    world.mass_names.add(name)
    for follower in (world.follower(one) for one in people):
        if follower.following and follower.mass < 4:  # whoever has had four is passed over in silence
            follower.mass += 1
            world.show(follower.openid, "mass", text)
    return {"msg_id": 34_000 + len(world.mass_names)}


def _text(text: object) -> str:
    if not isinstance(text, str) or not text:
        raise Refused(44004)
    if len(text.encode()) > LONGEST:
        raise Refused(45002)
    return text


def menu_create(world: World, given: Json) -> Json:
    world.may("menu")
    buttons = given.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(47001)
    for button in buttons:
        below = button.get("sub_button", [])
        if len(below) > 5 or len(button["name"].encode()) > 16 or any(len(one["name"].encode()) > 60 for one in below):
            raise Refused(40054)
        for one in below or [button]:
            if not one.get("key" if one["type"] == "click" else "url") or len(one.get("key", "")) > 128:
                raise Refused(40055)
    world.menu = given
    return {}


def qrcode_create(world: World, given: Json) -> Json:
    world.may("qrcode")
    scene = str(given["action_info"]["scene"].get("scene_str", ""))
    if not 1 <= len(scene) <= 64:
        raise Refused(53200)
    life = {"expire_seconds": given["expire_seconds"]} if given["action_name"] == "QR_STR_SCENE" else {}
    if life and not 0 < life["expire_seconds"] <= 2_592_000:
        raise Refused(53200)
    address = f"http://weixin.qq.com/q/{len(world.scenes) + 1:08d}"
    world.scenes[address] = scene
    return {"ticket": f"ticket-{len(world.scenes)}", "url": address, **life}


def get_templates(world: World, given: Json) -> Json:
    world.may("template")
    return {"template_list": [{"template_id": one, "title": "通知"} for one in world.templates]}


OPEN: dict[str, Callable[[World, Json], Json]] = {"stable_token": stable_token}
METHODS: dict[str, Callable[[World, Json], Json]] = {
    "message/custom/send": custom_send,
    "message/template/send": template_send,
    "message/mass/send": mass_send,
    "menu/create": menu_create,
    "qrcode/create": qrcode_create,
    "template/get_all_private_template": get_templates,
}

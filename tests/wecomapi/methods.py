"""The methods, by their path under /cgi-bin: each checks what WeCom checks and changes the world."""

import re
from collections.abc import Callable
from typing import Final

from tests.wecomapi.errors import Json, Refused
from tests.wecomapi.world import World

Method = Callable[[World, Json], Json]
TEXT: Final = 2048
_TASK: Final = re.compile(r"[A-Za-z0-9_@-]{1,128}")


def gettoken(world: World, given: Json) -> Json:
    if given.get("corpid") != world.corp_id:
        raise Refused(40013)
    if given.get("corpsecret") != world.secret:
        raise Refused(40001)
    token = world.new_token()
    return {"access_token": token, "expires_in": int(world.token_until - world.now())}


def message_send(world: World, given: Json) -> Json:
    """To members; who is unknown is named in the answer, and only when nobody is left it is an error."""
    if given.get("agentid") != world.agent_id:
        raise Refused(301002)
    asked = str(given.get("touser", "")).split("|")
    known = [one for one in asked if one in world.members]
    if not known:
        raise Refused(81013)
    content = _content(world, given, {"text", "image", "file", "template_card", "textcard", "markdown"})
    kind = str(given["msgtype"])
    unlicensed = [one for one in known if not world.members[one].licensed]
    answer: Json = {"invaliduser": "|".join(one for one in asked if one not in known)}
    if unlicensed:
        answer["unlicenseduser"] = "|".join(unlicensed)
    for userid in (one for one in known if one not in unlicensed):
        message = world.post(userid, kind, content)
        answer["msgid"] = message.id
        if content.get("card_type") == "button_interaction":
            answer["response_code"] = world.code_for(message)
    return answer


def update_template_card(world: World, given: Json) -> Json:
    if given.get("agentid") != world.agent_id:
        raise Refused(301002)
    if not given.get("userids"):
        raise Refused(40058)
    card = given.get("template_card")
    if card is not None:
        _check_card(card)
        _check_buttons(card)
    message = world.spend(str(given.get("response_code", "")))
    if message.to not in given["userids"]:
        return {"invaliduser": given["userids"]}
    message.before.append(message.content)
    if card is None:
        message.content = {**message.content, "button_list": [{"text": given["button"]["replace_name"]}]}
    else:
        message.content = card
        if task := card.get("task_id"):
            world.tasks[task] = message
    return {"invaliduser": []}


def appchat_send(world: World, given: Json) -> Json:
    chat = str(given.get("chatid", ""))
    if chat not in world.chats:
        raise Refused(86003)
    content = _content(world, given, {"text", "image", "file", "textcard", "markdown"})
    world.post(chat, str(given["msgtype"]), content)
    return {}


def webhook_send(world: World, given: Json) -> Json:
    """A group robot: no token, only its key."""
    key = str(given.get("key", ""))
    if key not in world.robots:
        raise Refused(93000)
    if world.robot.full(key, world.now()):
        raise Refused(45009)
    content = _content(world, given, {"text", "image", "file", "markdown", "template_card"})
    if content.get("card_type") == "button_interaction":
        raise Refused(40058)
    world.robot.count(key, world.now())
    world.post(f"robot:{key}", str(given["msgtype"]), content)
    return {}


def get_userid(world: World, given: Json) -> Json:
    found = [one.userid for one in world.members.values() if one.mobile and one.mobile == given.get("mobile")]
    if not found:
        raise Refused(60111)
    return {"userid": found[0]}


def get_user_info(world: World, given: Json) -> Json:
    userid = world.tickets.pop(str(given.get("code", "")), None)
    if userid is None:
        raise Refused(40029)
    return {"userid": userid} if userid in world.members else {"openid": "nobody-of-ours"}


def menu_create(world: World, given: Json) -> Json:
    buttons = given.get("button", [])
    if not 1 <= len(buttons) <= 3:
        raise Refused(40058)
    world.menu = {"button": buttons}
    return {}


def _content(world: World, given: Json, kinds: set[str]) -> Json:
    kind = str(given.get("msgtype"))
    if kind not in kinds:
        raise Refused(40008)
    content = given.get(kind)
    if not isinstance(content, dict):
        raise Refused(40058)
    CHECKS[kind](world, content)
    if kind == "template_card" and (task := content.get("task_id")) and task in world.tasks:
        raise Refused(40058, "invalid Request Parameter: task_id")
    return content


def _check_text(_world: World, content: Json) -> None:
    words = str(content.get("content", ""))
    if not words.strip():
        raise Refused(44004)
    if len(words.encode()) > TEXT:
        raise Refused(45002)


def _check_image(world: World, content: Json) -> None:
    if "base64" in content:
        return
    media_id = str(content.get("media_id", ""))
    if media_id not in world.media or world.media[media_id][1] <= world.now():
        raise Refused(40007)


def _check_textcard(_world: World, content: Json) -> None:
    if not content.get("title") or not content.get("description") or not content.get("url"):
        raise Refused(40058)
    if len(content["title"].encode()) > 128 or len(content["description"].encode()) > 512:
        raise Refused(45002)


def _check_template(_world: World, card: Json) -> None:
    _check_card(card)
    if card["card_type"] == "button_interaction":
        _check_buttons(card)
        if not card.get("button_list"):
            raise Refused(40058, "invalid Request Parameter: button_list")


def _check_card(card: Json) -> None:
    if card.get("card_type") not in {"button_interaction", "text_notice"}:
        raise Refused(40058, "invalid Request Parameter: card_type")
    if not card.get("main_title", {}).get("title") and not card.get("sub_title_text"):
        raise Refused(40058, "invalid Request Parameter: main_title")
    if card["card_type"] == "text_notice" and not card.get("card_action", {}).get("url"):
        raise Refused(40058, "invalid Request Parameter: card_action")
    if len(card.get("jump_list", [])) > 3:
        raise Refused(40058, "invalid Request Parameter: jump_list")


def _check_buttons(card: Json) -> None:
    buttons, menu = card.get("button_list", []), card.get("action_menu")
    if len(buttons) > 6 or any(not one.get("text") or len(one.get("key", "").encode()) > 1024 for one in buttons):
        raise Refused(40058, "invalid Request Parameter: button_list")
    if menu is not None and not 1 <= len(menu.get("action_list", [])) <= 3:
        raise Refused(40058, "invalid Request Parameter: action_menu")
    if (buttons or menu) and not _TASK.fullmatch(str(card.get("task_id", ""))):
        raise Refused(40058, "invalid Request Parameter: task_id")


CHECKS: dict[str, Callable[[World, Json], None]] = {
    "text": _check_text,
    "markdown": _check_text,
    "image": _check_image,
    "file": _check_image,
    "textcard": _check_textcard,
    "template_card": _check_template,
}
METHODS: dict[str, Method] = {
    "message/send": message_send,
    "message/update_template_card": update_template_card,
    "appchat/send": appchat_send,
    "user/getuserid": get_userid,
    "auth/getuserinfo": get_user_info,
    "menu/create": menu_create,
}
OPEN: dict[str, Method] = {"gettoken": gettoken, "webhook/send": webhook_send}  # need no token

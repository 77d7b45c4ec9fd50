"""Sending a message to one person by Slack, Mattermost or Discord (docs/api/tasks.md).

Each call raises OSError (of which urllib's errors are) or Undelivered when the message did not arrive; the job is then tried
again.
"""

import json
import urllib.request
from typing import Any
from urllib.parse import quote, urlsplit

SLACK = "https://slack.com/api"
DISCORD = "https://discord.com/api/v10"
TIMEOUT = 30
AGENT = "Kitsulite"
ICON = "/img/kitsu.b07d6464.png"


class Undelivered(Exception):
    """A chat server answered, but did not take the message."""


def post_to_slack(token: str, user: str, text: str) -> None:
    """A message in the bot's name to who has this id."""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    body = {"channel": f"@{user}", "blocks": [block], "text": text, "as_user": True}
    answer = call("POST", f"{SLACK}/chat.postMessage", body, authorization=f"Bearer {token}")
    if not answer.get("ok"):  # Slack says so with a status of 200
        raise Undelivered(f"Slack: {answer.get('error')}")


def post_to_mattermost(webhook: str, user: str, text: str, *, name: str, site: str) -> None:
    """A direct message through the organisation's webhook."""
    call("POST", webhook, {"text": text, "channel": f"@{user}", "username": name, "icon_url": site + ICON})


def post_to_discord(token: str, user: str, text: str) -> None:
    """A direct message to the member of this name (`name` or `name#discriminator`) of any server that the bot is on."""
    bot = f"Bot {token}"
    recipient = _find_on_discord(bot, user)
    channel = call("POST", f"{DISCORD}/users/@me/channels", {"recipient_id": recipient}, authorization=bot)
    body = {"embeds": [{"description": text}]}
    call("POST", f"{DISCORD}/channels/{channel['id']}/messages", body, authorization=bot)


def _find_on_discord(bot: str, name: str) -> str:
    beginning = quote(name.partition("#")[0])
    for guild in call("GET", f"{DISCORD}/users/@me/guilds", authorization=bot):
        search = f"{DISCORD}/guilds/{guild['id']}/members/search?limit=100&query={beginning}"
        for user in (member["user"] for member in call("GET", search, authorization=bot)):
            names = (user["username"], f"{user['username']}#{user.get('discriminator')}")
            if name in names and not user.get("bot"):
                return str(user["id"])
    raise Undelivered(f"Discord: the bot knows nobody called {name}")


def call(method: str, url: str, body: Any = None, *, authorization: str = "") -> Any:
    """What a server answers: JSON, or the text when it is none."""
    if urlsplit(url).scheme not in ("http", "https"):  # urllib would open files as well
        raise Undelivered(f"not a web address: {url}")
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT}
    if authorization:
        headers["Authorization"] = authorization
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        content = answer.read()
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")

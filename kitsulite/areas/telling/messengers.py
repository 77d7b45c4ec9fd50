"""Sending a message to one person by Slack, Mattermost or Discord (docs/api/tasks.md).

Each call raises Undelivered when the message did not arrive; the job is then tried again.
"""

from urllib.parse import quote

from kitsulite.live.calling import Undelivered, call

SLACK = "https://slack.com/api"
DISCORD = "https://discord.com/api/v10"
ICON = "/img/kitsu.b07d6464.png"


def post_to_slack(token: str, user: str, text: str) -> None:
    """A message in the bot's name to who has this id."""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    body = {"channel": f"@{user}", "blocks": [block], "text": text, "as_user": True}
    answer = call("POST", f"{SLACK}/chat.postMessage", body, authorization=f"Bearer {token}")
    if not answer.get("ok"):  # Slack says so with a status of 200
        raise Undelivered(f"Slack: {answer.get('error')}")


def post_to_mattermost(webhook: str, user: str, text: str, *, name: str, site: str, anywhere: bool = False) -> None:
    """A direct message through the organisation's webhook; `anywhere` lets it lead into private networks."""
    body = {"text": text, "channel": f"@{user}", "username": name, "icon_url": site + ICON}
    call("POST", webhook, body, anywhere=anywhere)


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

"""`kitsulite webhook …` and `kitsulite consumer …`: who is told of events, by the rules of the API (docs/webhooks.md)."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from kitsulite.cli.command import (
    STUDIO,
    Command,
    Stop,
    aligned,
    argument,
    cell,
    one_line,
    opened,
    print_table,
    settings_of,
)
from kitsulite.cli.people import working
from kitsulite.models.webhooks import TEMPLATES
from kitsulite.work.texts import brief

if TYPE_CHECKING:
    from kitsulite.storage import Row
    from kitsulite.work.work import Begin, Work

COLUMNS = ("name", "template", "events", "active", "error", "url", "id")
OF_DELIVERY = ("created_at", "events", "attempts", "status", "duration", "delivered_at", "due_at", "error", "id")
OF_CONSUMER = ("name", "seq", "behind", "attempts", "due_at", "error")
LONGEST = 60
JSON = argument("--json", action="store_true", help="print JSON, for scripts")
WEBHOOK = argument("webhook", metavar="WEBHOOK", help="its name or id")
AFTER = argument("--after", type=int, required=True, metavar="SEQ", help="the place of the event before the first")
SECRET = "Its secret, which is shown this once: {}"


def list_all(arguments: argparse.Namespace) -> None:
    """Every webhook: a table, or the rows of the API."""
    with working(arguments) as begin, begin(writes=False) as work:
        rows = _rows(work)
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    print_table([{**row, "events": ", ".join(row["events"])} for row in rows], COLUMNS, _cell)


def create(arguments: argparse.Namespace) -> None:
    """A new webhook, and its secret."""
    from kitsulite.areas.telling import webhooks

    values = {"name": arguments.name, "url": arguments.url, **_said(arguments)}
    with working(arguments) as begin, begin() as work:
        _, secret = webhooks.create_webhook(work, {**values, **_productions(work, arguments)})
    print(f"The webhook {arguments.name} is here now.")
    print(SECRET.format(secret))


def show(arguments: argparse.Namespace) -> None:
    """All that is known of a webhook."""
    with working(arguments) as begin:
        row = _find(begin, arguments.webhook)
    if arguments.json:
        print(json.dumps(row, ensure_ascii=False))
        return
    texts = {key: ", ".join(value) if isinstance(value, list) else cell(value) for key, value in row.items()}
    for line in aligned([[key.replace("_", " "), value] for key, value in texts.items() if key != "type"]):
        print(line)


def edit(arguments: argparse.Namespace) -> None:
    """Change what is given."""
    from kitsulite.areas.telling import webhooks
    from kitsulite.models.webhooks import Webhook

    values = {key: getattr(arguments, key) for key in ("name", "url", "active")} | _said(arguments)
    with working(arguments) as begin:
        found = _find(begin, arguments.webhook)
        with begin() as work:
            values |= _productions(work, arguments)
            if all(value is None for value in values.values()):
                raise Stop("Say what is to change; --help lists what can be.")
            webhooks.update_webhook(work, work.get(Webhook, found["id"]), values)
    print(f"The webhook {arguments.webhook} is changed.")


def remove(arguments: argparse.Namespace) -> None:
    """Remove a webhook, and the ledger of what it was sent."""
    from kitsulite.areas.telling import webhooks
    from kitsulite.models.webhooks import Webhook

    with working(arguments) as begin:
        found = _find(begin, arguments.webhook)
        with begin() as work:
            webhooks.remove_webhook(work, work.get(Webhook, found["id"]))
    print(f"The webhook {found['name']} is gone.")


def rotate_secret(arguments: argparse.Namespace) -> None:
    """A new secret in the place of the one that it has."""
    from kitsulite.areas.telling import webhooks
    from kitsulite.models.webhooks import Webhook

    with working(arguments) as begin:
        found = _find(begin, arguments.webhook)
        with begin() as work:
            secret = webhooks.rotate_secret(work, work.get(Webhook, found["id"]))
    print(SECRET.format(secret))


def test(arguments: argparse.Namespace) -> None:
    """Call a webhook now, from this process."""
    from kitsulite.areas.telling import webhooks
    from kitsulite.models.webhooks import Webhook

    with working(arguments) as begin:
        found = _find(begin, arguments.webhook)
        with begin() as work:
            id = webhooks.prepare_test(work, work.get(Webhook, found["id"]))
        _say(webhooks.send_by_hand(begin, id))


def deliveries(arguments: argparse.Namespace) -> None:
    """What a webhook was sent, the latest first."""
    from kitsulite.areas.telling import webhooks
    from kitsulite.models.shapes import read_list

    with working(arguments) as begin:
        found = _find(begin, arguments.webhook)
        with begin(writes=False) as work:
            rows = read_list(webhooks.list_deliveries(work, found, limit=arguments.limit)["data"])
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    print_table(rows, OF_DELIVERY, _cell)


def redeliver(arguments: argparse.Namespace) -> None:
    """Send a message once more, from this process; what rests is due at once."""
    from kitsulite.areas.telling import webhooks

    with working(arguments) as begin:
        with begin() as work:
            is_ours = webhooks.prepare_again(work, _delivery(work, arguments.delivery))
        if is_ours:
            _say(webhooks.send_by_hand(begin, arguments.delivery))
        else:
            print("It waited for its turn, which it has now.")


def _delivery(work: "Work", id: str) -> "Row":
    from kitsulite.models.webhooks import WebhookDelivery

    if (found := work.find(WebhookDelivery, id)) is None:
        raise Stop(f"There is no delivery {id}.")
    return found


def replay(arguments: argparse.Namespace) -> None:
    """Have a webhook told again of what came after an event."""
    from kitsulite.areas.telling import webhooks
    from kitsulite.models.webhooks import Webhook

    with working(arguments) as begin:
        found = _find(begin, arguments.webhook)
        with begin() as work:
            webhooks.replay(work, work.get(Webhook, found["id"]), arguments.after)
    print(f"The webhook {found['name']} is told again of what came after {arguments.after}.")


# --- consumers ---


def list_consumers(arguments: argparse.Namespace) -> None:
    """Every consumer that ever was here: how far it has come, and what holds it up."""
    from kitsulite.live import consumers

    with opened(settings_of(arguments)) as tracker, tracker.work(writes=False) as work:
        rows = consumers.list_places(work.db)
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    print_table(rows, OF_CONSUMER, _cell)


def replay_consumer(arguments: argparse.Namespace) -> None:
    """Have a consumer hear again of what came after an event."""
    with opened(settings_of(arguments)) as tracker:
        try:
            tracker.replay(arguments.name, after=arguments.after)
        except (LookupError, ValueError) as problem:
            raise Stop(str(problem)) from None
    print(f"{arguments.name} hears again of what came after {arguments.after}.")


# --- reading and saying ---


def _rows(work: "Work") -> "list[Row]":
    from kitsulite.areas.telling import webhooks
    from kitsulite.models.shapes import read_list

    return read_list(webhooks.list_webhooks(work))


def _find(begin: "Begin", which: str) -> "Row":
    with begin(writes=False) as work:
        found = [row for row in _rows(work) if which in (row["id"], row["name"])]
    if len(found) != 1:
        raise Stop(f"There are several webhooks {which}: say the id." if found else f"There is no webhook {which}.")
    return found[0]


def _said(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the command line says of a webhook, but for its productions."""
    return {"events": arguments.events, "template": arguments.template}


def _productions(work: "Work", arguments: argparse.Namespace) -> dict[str, Any]:
    """Their ids by their names."""
    from kitsulite.models.productions import Project

    if arguments.project is None:
        return {}
    ids = dict(work.db.tuples(Project.select(Project.name, Project.id)))
    for name in arguments.project:
        if name and name not in ids and name not in ids.values():
            raise Stop(f"There is no production {name}.")
    return {"project_ids": [ids.get(name, name) for name in arguments.project if name]}


def _say(delivery: "Row") -> None:
    if delivery["error"]:
        raise Stop(f"It was not taken: {delivery['error']}")
    print(f"It was taken: {delivery['status']}, in {delivery['duration']} ms.")


def _cell(value: object) -> str:
    return brief(one_line(cell(value)), LONGEST) if cell(value) else ""


EVENTS = argument(
    "--event",
    dest="events",
    action="append",
    metavar="EVENT",
    help="task:update, task:*, *, or retakes, publishes, comments, assignments, everything; may be repeated",
)
TEMPLATE = argument("--template", choices=TEMPLATES, help="what it is sent: json, or a sentence for a chat")
PROJECT = argument(
    "--project",
    action="append",
    metavar="PROJECT",
    help='a production, of all when none is given (""); may be repeated',
)
COMMANDS = (
    Command("webhook list", "list every webhook", list_all, (JSON, *STUDIO)),
    Command(
        "webhook create",
        "have an address told of events, and print its secret, this once",
        create,
        (
            argument("name", metavar="NAME", help="what it is called"),
            argument("url", metavar="URL", help="the address that is called"),
            EVENTS,
            TEMPLATE,
            PROJECT,
            *STUDIO,
        ),
    ),
    Command("webhook show", "show all that is known of a webhook", show, (WEBHOOK, JSON, *STUDIO)),
    Command(
        "webhook edit",
        "change what is given of a webhook",
        edit,
        (
            WEBHOOK,
            argument("--name", metavar="NAME", help="another name"),
            argument("--url", metavar="URL", help="another address"),
            EVENTS,
            TEMPLATE,
            PROJECT,
            argument("--on", dest="active", action="store_const", const=True, help="switch it on, from now on"),
            argument("--off", dest="active", action="store_const", const=False, help="switch it off"),
            *STUDIO,
        ),
    ),
    Command("webhook remove", "remove a webhook, and the ledger of what it was sent", remove, (WEBHOOK, *STUDIO)),
    Command("webhook test", "call a webhook now, and say how that went", test, (WEBHOOK, *STUDIO)),
    Command(
        "webhook deliveries",
        "list what a webhook was sent, the latest first",
        deliveries,
        (WEBHOOK, argument("--limit", type=int, default=30, help="how many (30)"), JSON, *STUDIO),
    ),
    Command(
        "webhook redeliver",
        "send a message once more",
        redeliver,
        (argument("delivery", metavar="DELIVERY", help="id of the delivery, as listed"), *STUDIO),
    ),
    Command("webhook replay", "send again what came after an event", replay, (WEBHOOK, AFTER, *STUDIO)),
    Command("webhook rotate-secret", "print a new secret, this once", rotate_secret, (WEBHOOK, *STUDIO)),
    Command("consumer list", "list how far consumers have come", list_consumers, (JSON, *STUDIO)),
    Command(
        "consumer replay",
        "have a consumer hear again of what came after an event",
        replay_consumer,
        (argument("name", metavar="NAME", help="of the consumer"), AFTER, *STUDIO),
    ),
)

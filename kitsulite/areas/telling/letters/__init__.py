"""The letters that the studio writes to its people (docs/api/signing-in.md).

Texts are in `texts/<language>.toml`, one table a letter: `subject`, `title`, `body` (paragraphs between empty lines) and,
where something is to be followed, `button`, which leads to the fact `link`. `{name}`s in braces are facts; those that every
letter has are `organisation`, `name`, `date` and `address`. How a fact looks is up to the medium (`media.py`).
"""

import datetime
import functools
import html
import tomllib
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kitsulite.areas.telling.letters.media import HEADING, PAGE, PLAIN, Fact, Facts, Medium
from kitsulite.storage import Row
from kitsulite.work import organisation
from kitsulite.work.jobs import Duty
from kitsulite.work.work import Begin, Work

LANGUAGES = ("en", "fr", "es", "ja", "de", "nl", "zh", "pt")
REGIONS = {"zh": "zh_CN", "pt": "pt_BR"}
FALLBACK = "en"
Texts = dict[str, Any]


def send(work: Work, person: Row, letter: str, *, address: str | None = None, **facts: Fact) -> None:
    """Write to a person once the work at hand is committed. Nothing happens when mail is off.

    person   with email, first_name, locale and timezone
    letter   one_time_code (code), password_changed, password_changed_by_admin, password_recovery (link),
             invitation (link, email), second_factor_disabled, webhook_off (webhook, host, reason) or
             backup_failed (place, reason, hours)
    address  the IP address from which it was asked for
    """
    if work.settings.mail_enabled and person["email"]:
        work.enqueue(BY_MAIL, **compose(work, person, letter, facts, address=address))


def compose(work: Work, person: Row, letter: str, facts: Facts, *, address: str | None = None) -> dict[str, str]:
    """A letter to a person in the person's language, as `Post.send` takes it."""
    language = language_of(work, person)
    known: dict[str, Fact] = {
        "organisation": organisation.name(work),
        "name": person["first_name"] or person["last_name"],
        "date": moment(person["timezone"] or work.settings.default_timezone, language),
        "address": address or "",
    }
    subject, text, page = write(language, letter, {**known, **facts})
    region = REGIONS.get(language, language)
    return {"to": person["email"], "subject": subject, "text": text, "html": page, "language": region}


def deliver(begin: Begin, **letter: str) -> None:
    """The job of sending a letter that was composed."""
    with begin(writes=False) as work:
        post = work.post
    post.send(**letter)


BY_MAIL = "letter"
JOBS = {BY_MAIL: Duty(deliver, calls_out=True)}


def language_of(work: Work, person: Row) -> str:
    """The language to write in: the region is of no matter; what nobody has translated falls back to English."""
    locale: str = person["locale"] or work.settings.default_locale
    language = locale.replace("-", "_").partition("_")[0].lower()
    return language if language in LANGUAGES else FALLBACK


def moment(timezone: str, language: str) -> str:
    """This moment in words, where the reader is."""
    from babel.dates import format_datetime  # not needed to start the server

    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    now = datetime.datetime.now(datetime.UTC)
    return format_datetime(now, "long", tzinfo=zone, locale=REGIONS.get(language, language))


def write(language: str, letter: str, facts: Facts) -> tuple[str, str, str]:
    """Subject, text and HTML page of a letter."""
    words = texts(language)
    parts: dict[str, str] = words[letter]
    common: dict[str, str] = words["common"]
    paragraphs = [common["greeting"], *parts["body"].strip().split("\n\n")]
    remarks = [common["when"], common["where"]] if facts["address"] else [common["when"]]
    link = facts["link"] if "button" in parts else ""
    heading, spoken, safe = (medium.write(facts) for medium in (HEADING, PLAIN, PAGE))
    subject, title = (parts[key].format_map(heading) for key in ("subject", "title"))

    plain = [title, *(paragraph.format_map(spoken) for paragraph in paragraphs)]
    if link:
        plain.append(f"{parts['button']} ({link})")
    plain += ["\n".join(remark.format_map(spoken) for remark in remarks), common["signature"].format_map(spoken)]

    body = [_element("p", paragraph, safe) for paragraph in paragraphs]
    if link:
        body.append(f'<p><a class="button" href="{safe["link"]}">{html.escape(parts["button"])}</a></p>')
    body.append(_element("p", "\n".join(remarks), safe, 'class="remarks"'))
    body.append(_element("p", common["signature"], safe))
    page = FRAME.format(language=language, title=html.escape(title), body="\n".join(body))
    return subject, "\n\n".join(plain) + "\n", page


def short(language: str, letter: str, facts: Facts, medium: Medium) -> str:
    """The body of a letter alone, for a chat."""
    body: str = texts(language)[letter]["body"]
    return body.strip().format_map(medium.write(facts))


def _element(tag: str, template: str, safe: dict[str, str], attributes: str = "") -> str:
    """A piece of a page: the template's own words are escaped as well as the facts."""
    text = html.escape(template, quote=False).format_map(safe).replace("\n", "<br>\n")
    return f"<{tag} {attributes}>{text}</{tag}>" if attributes else f"<{tag}>{text}</{tag}>"


@functools.cache
def texts(language: str) -> Texts:
    """All letters in a language."""
    file = resources.files(__name__) / "texts" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


FRAME = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<style>
body {{ margin: 0; padding: 24px; background: #f4f4f6; color: #22252b; font: 16px/1.5 sans-serif }}
main {{ max-width: 560px; margin: 0 auto; padding: 24px 32px; background: #fff; border-radius: 8px }}
h1 {{ font-size: 20px }}
.button {{ display: inline-block; padding: 10px 20px; border-radius: 6px; background: #00b242; color: #fff; text-decoration: none }}
.remarks {{ color: #6b7078; font-size: 13px }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""

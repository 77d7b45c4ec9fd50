"""What an admin has to know after a take-over: what was not read, and what people have to do themselves."""

from importlib.util import find_spec

from kitsulite.areas.takeover.apisource import ApiSource
from kitsulite.areas.takeover.report import Report
from kitsulite.areas.takeover.source import VERSION, Readable
from kitsulite.areas.takeover.tables import Shared
from kitsulite.models.people import Person
from kitsulite.settings import Settings
from kitsulite.storage import Database


def tell_unknown(source: Readable, tables: list[Shared], report: Report) -> None:
    """Name tables and columns that hold something and are not known here."""
    known = {table.name: table for table in tables}
    for name, columns in source.columns.items():
        if name == VERSION:
            continue
        if name not in known:
            if count := source.count(name):
                report.unknown.append(f"The table {name} is not known here: its {count} rows were not taken.")
            continue
        for column in columns:
            if column not in known[name].columns and (count := source.filled(name, column)):
                report.unknown.append(
                    f"The column {name}.{column} is not known here: what {count} rows hold in it was not taken."
                )


def tell_files(report: Report) -> None:
    """Name what looks as if nobody could read it."""
    if odd := report.files["no picture"]:
        report.notes.append(
            f"{odd} pictures are no PNG, as they are on every Zou. If it encrypted its files (FS_S3_AES256_ENCRYPTED),"
            " have it decrypt them first, and take over again into an empty studio."
        )


def tell_no_files(report: Report) -> None:
    report.notes.append(
        "No files came, so pictures and movies are missing: run it again and say where they are (--files)."
    )


def tell_unseen(source: ApiSource, report: Report) -> None:
    """Name what an API shows to nobody."""
    if source.unseen:
        names = ", ".join(sorted(name.replace("_", " ") for name in source.unseen))
        report.notes.append(f"An API does not show these, so they did not come: {names}.")
    report.notes.append(
        "Neither passwords nor second factors nor tokens come through an API: people need a new password. --invite mails"
        " a link to each; else an admin sends one from the page of people, or they ask for it where they sign in."
    )


def tell_people(db: Database, settings: Settings, report: Report) -> None:
    """Name what does not come over, and who has to do what for it."""
    keys = db.count(Person.select().where(Person.fido_enabled))
    if keys:
        report.notes.append(
            f"{keys} people have security keys. These are bound to the domain: they go on working if this server is"
            f" reached under the name that the old one had (DOMAIN_NAME is {settings.domain_name})."
        )
    codes = db.count(Person.select().where(Person.totp_enabled | Person.email_otp_enabled))
    if codes:
        report.notes.append(f"{codes} people have an authenticator app or codes by e-mail, which go on working.")
    bots = db.values(Person.select(Person.first_name).where(Person.is_bot))
    if bots:
        report.notes.append(
            f"{len(bots)} bots need a new token, as tokens are signed with the old server's key: {', '.join(sorted(bots))}."
            " An admin makes one by giving the bot an expiration date."
        )
    hashes = db.count(Person.select().where(Person.password.startswith("$2")))
    if hashes:
        report.notes.append(
            f"{hashes} people sign in with the password that they had, and all sign in once more: sessions do not come over."
        )
        if not find_spec("bcrypt"):
            report.notes.append(
                "But nobody can before kitsulite[bcrypt] is installed, which reads these passwords:"
                " pip install 'kitsulite[bcrypt]'."
            )

"""What a provider of SAML says of somebody, as a person of the studio has it (docs/sso.md)."""

import contextlib

from kitsulite.areas.directories.samlanswers import Assertion
from kitsulite.areas.directories.samlmetadata import NAME_ID
from kitsulite.areas.people import personvalues
from kitsulite.areas.people.newcomers import LONGEST_NAME
from kitsulite.models.people import Department, Person, Studio
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.work.errors import WrongParameter
from kitsulite.work.work import Work


def value(found: Assertion, name: str) -> str:
    """The first value of an attribute, or the subject itself; empty where there is none."""
    return found.name_id if name == NAME_ID else next(iter(found.attributes.get(name, ())), "")


def said(work: Work, found: Assertion) -> Row:
    """What is to be written of somebody: columns, and `departments`. What makes no sense here is passed over."""
    attributes = found.attributes
    columns = _names(work.settings, attributes)
    if "phone" in attributes and len(phone := value(found, "phone")) <= Person.phone.length:
        columns["phone"] = phone or None
    if "country" in attributes:
        with contextlib.suppress(WrongParameter):
            columns["country"] = personvalues.read_country(" ".join(attributes["country"]))
    if studio := work.find(Studio, value(found, "studio_id").lower()):
        columns["studio_id"] = studio["id"]
    if "departments" in attributes:
        named = [name for name in attributes["departments"] if name]
        known = sorted({row["id"] for name in named if (row := work.find(Department, name))})
        if known or not named:
            columns["departments"] = known
    return columns


def _names(settings: Settings, attributes: dict[str, list[str]]) -> Row:
    wanted = {"first_name": settings.saml_first_name_attribute, "last_name": settings.saml_last_name_attribute}
    names = {column: " ".join(attributes.get(name, ())).strip() for column, name in wanted.items()}
    return {column: name[:LONGEST_NAME] for column, name in names.items() if name}

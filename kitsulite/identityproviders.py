"""Providers of OpenID Connect, as the settings name them: one by variables, further ones by a file (docs/sso.md)."""

import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from kitsulite.settingchecks import an_own_address, holds


class BadProvider(ValueError):
    """What is wrong with a file of providers, for who runs the studio."""


@dataclass(frozen=True)
class IdentityProvider:
    """A provider of OpenID Connect, and what it knows this studio by.

    name      by which it is chosen; empty for the one that the variables describe
    email_domains  whose people it speaks for, separated by blanks; * for everybody's
    idp_name  what it is called where people choose how to sign in
    """

    name: str
    discovery_url: str
    client_id: str
    client_secret: str
    email_domains: str
    idp_name: str = ""
    scopes: str = "openid email profile"
    email_claim: str = "email"
    given_name_claim: str = "given_name"
    family_name_claim: str = "family_name"
    require_email_verified: bool = True
    skip_2fa: bool = False

    def speaks_for(self, email: str) -> bool:
        """Whether somebody with this e-mail may come from it for the first time."""
        domains, (_, at, domain) = self.email_domains.lower().split(), email.lower().rpartition("@")
        return "*" in domains or (bool(at) and domain in domains)


CHECKS = {"discovery_url": an_own_address, "scopes": holds("openid")}


def read_providers(file: str) -> tuple[IdentityProvider, ...]:
    """The providers that a TOML file describes, a table each, in its order; BadProvider."""
    try:
        tables = tomllib.loads(Path(file).read_text("utf-8"))
    except OSError as problem:
        raise BadProvider(f"the file {file} cannot be read: {problem.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadProvider(f"the file {file} is no TOML: {problem}.") from None
    return tuple(_provider(file, name, table) for name, table in tables.items())


def _provider(file: str, name: str, table: Any) -> IdentityProvider:
    where = f"{file}, [{name}]"
    if not isinstance(table, dict):
        raise BadProvider(f"{file}: {name} stands in no table; begin with the name of a provider, [{name}].")
    types = get_type_hints(IdentityProvider)
    known = {item.name: item for item in fields(IdentityProvider) if item.name != "name"}
    if unknown := table.keys() - known.keys():
        raise BadProvider(f"{where}: there is no {min(unknown)}; there are {', '.join(known)}.")
    for key, item in known.items():
        value = table.get(key, "" if item.default is MISSING else item.default)
        if not isinstance(value, types[key]):
            raise BadProvider(f"{where}: {key} is {'true or false' if types[key] is bool else 'a text'}.")
        if item.default is MISSING and not value:
            raise BadProvider(f"{where}: {key} is missing.")
        if key in CHECKS and (hint := CHECKS[key](value)):
            raise BadProvider(f"{where}: {key} is {value!r}: {hint}")
    return IdentityProvider(name, **table)

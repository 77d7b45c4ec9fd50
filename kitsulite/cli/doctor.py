"""`kitsulite doctor …`: walks a set-up, and says which step fails and what to do about it."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from kitsulite.cli.command import STUDIO, Command, Stop, argument, settings_of

if TYPE_CHECKING:
    from kitsulite.areas.directories.ssosteps import Step
    from kitsulite.settings import Settings

WELL, ILL = "✓", "✗"


def doctor_sso(arguments: argparse.Namespace) -> None:
    """Every way to sign in by somebody else's account that the settings name: a line a step."""
    found: list[dict[str, str]] = []
    settings = settings_of(arguments)
    for name, walk in _walks(settings).items():
        steps: list[Step] = []
        for step in walk(settings):
            if not steps and not arguments.json:
                print(name)
            steps.append(step)
            if not arguments.json:
                print(f"  {ILL if step.problem else WELL} {step.does}", flush=True)
                if step.problem:
                    print(f"    {step.problem}")
        found += [{"of": name, "step": step.does, "problem": step.problem} for step in steps]
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
    if not found:
        print("Nobody signs in by another account here: docs/sso.md tells how that is set up.")
    if failed := sum(bool(step["problem"]) for step in found):
        raise Stop(f"{failed} of {len(found)} steps failed.")


def _walks(settings: "Settings") -> "Mapping[str, Callable[[Settings], Iterator[Step]]]":
    """What walks each way in that the settings switch on."""
    from kitsulite.areas.directories import ldapsteps, oidcsteps, samlsteps

    walks = {
        "OpenID Connect": (settings.identity_providers, oidcsteps.walk),
        "SAML": (settings.saml_enabled, samlsteps.walk),
        "LDAP": (settings.by_directory, ldapsteps.walk),
    }
    off = {"Switched off": _off} if any(_off(settings)) else {}
    return {name: walk for name, (is_on, walk) in walks.items() if is_on} | off


def _off(settings: "Settings") -> "Iterator[Step]":
    """Ways in that are described, and not switched on."""
    from kitsulite.areas.directories.ssosteps import Step

    for option, is_on, switch in (
        ("oidc_discovery_url", settings.oidc_enabled, "OIDC_ENABLED is true"),
        ("saml_metadata_url", settings.saml_enabled, "SAML_ENABLED is true"),
        ("ldap_user", settings.by_directory, "AUTH_STRATEGY is auth_remote_ldap"),
    ):
        if getattr(settings, option) and not is_on:
            yield Step(switch, f"It is not, though {option.upper()} is set: nobody signs in that way.")


COMMANDS = (
    Command(
        "doctor sso",
        "walk the set-up of single sign-on, and say which step fails",
        doctor_sso,
        (argument("--json", action="store_true", help="print JSON, for scripts"), *STUDIO),
    ),
)

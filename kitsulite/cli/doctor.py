"""`kitsulite doctor …`: walks a set-up, and says which step fails and what to do about it."""

import argparse
import json
from collections.abc import Callable, Iterator
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


def _walks(settings: "Settings") -> "dict[str, Callable[[Settings], Iterator[Step]]]":
    """What walks each way in that the settings switch on."""
    from kitsulite.areas.directories import ldapsteps, oidcsteps, samlsteps

    walks = {
        "OpenID Connect": (settings.identity_providers, oidcsteps.walk),
        "SAML": (settings.saml_enabled, samlsteps.walk),
        "LDAP": (settings.by_directory, ldapsteps.walk),
    }
    return {name: walk for name, (is_on, walk) in walks.items() if is_on}


COMMANDS = (
    Command(
        "doctor sso",
        "walk the set-up of single sign-on, and say which step fails",
        doctor_sso,
        (argument("--json", action="store_true", help="print JSON, for scripts"), *STUDIO),
    ),
)

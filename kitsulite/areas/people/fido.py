"""Security keys: WebAuthn, by the library `fido2` (docs/api/signing-in.md).

A challenge waits as a short-lived secret under a random id; the browser holds that id in the signed `session` cookie. Each
challenge can be tried once.
"""

import base64
import datetime
from typing import TYPE_CHECKING, Any

from kitsulite.models import new_id
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import Refused
from kitsulite.work.work import Begin, Work

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestedCredentialData

LIFE = datetime.timedelta(minutes=10)
REGISTRATION = "webauthn registration"
LOGIN = "webauthn login"
SITE = "Kitsu"
ALGORITHMS = (-7, -8, -35, -36, -37, -257, -47)
"""Signatures that a key may make (COSE numbers)."""
DEFAULT_DOMAIN = Settings().domain_name
MISSING = "Security keys need the package fido2 on the server: pip install 'kitsulite[fido]'"


def device_names(person: Row) -> list[str]:
    """What the person called each key."""
    return [device["device_name"] for device in person["fido_credentials"] or []]


def begin_registration(work: Work, person: Row) -> tuple[dict[str, Any], str]:
    """What the browser needs to make a key known, and the value of the session cookie."""
    options, state = _server(work.settings).register_begin(
        {
            "id": person["id"].encode(),
            "name": person["email"],
            "displayName": f"{person['first_name']} {person['last_name']}".strip(),
        },  # type: ignore[arg-type]
        _credentials(person),
        user_verification="preferred",  # type: ignore[arg-type]
        authenticator_attachment="cross-platform",  # type: ignore[arg-type]
        resident_key_requirement="discouraged",  # type: ignore[arg-type]
    )
    return dict(options.public_key), _remember(work, REGISTRATION, person, state)


def complete_registration(begin: Begin, person: Row, cookie: str | None, response: dict[str, Any], name: str) -> Row:
    """The key that the browser tells of, as it is kept; Refused when there was no challenge or it does not fit."""
    state, server = _recall(begin, REGISTRATION, person, cookie)
    if state is None:
        raise Refused("No preregistration before.")
    try:
        registered = server.register_complete(state, response)
        credential = registered.credential_data
        assert credential
    except Exception:  # garbage makes the library raise anything
        raise Refused("FIDO server exception your registration response is probly wrong.") from None
    return {"device_name": name, "credential": base64.b64encode(bytes(credential)).decode()}


def begin_login(work: Work, person: Row) -> tuple[dict[str, Any], str]:
    """What the browser needs to prove that a key is there, and the value of the session cookie."""
    options, state = _server(work.settings).authenticate_begin(_credentials(person))
    return dict(options.public_key), _remember(work, LOGIN, person, state)


def use(begin: Begin, person: Row, cookie: str | None, response: dict[str, Any]) -> bool:
    """Whether an assertion answers the pending challenge, which is used up with that."""
    state, server = _recall(begin, LOGIN, person, cookie)
    if state is None:
        return False
    try:
        server.authenticate_complete(state, _credentials(person), response)
    except Exception:  # garbage makes the library raise anything
        return False
    return True


def _remember(work: Work, purpose: str, person: Row, state: dict[str, Any]) -> str:
    id = new_id()
    shortlived.keep(work, purpose, id, {"person_id": person["id"], "state": state}, LIFE)
    return work.keys.sign_cookie({"webauthn": id})


def _recall(begin: Begin, purpose: str, person: Row, cookie: str | None) -> "tuple[Any, Fido2Server]":
    """The state of the person's challenge, None when there is none."""
    with begin() as work:
        content = work.keys.read_cookie(cookie) if cookie else None
        found = shortlived.take(work, purpose, content["webauthn"]) if content and "webauthn" in content else None
        server = _server(work.settings)
    return (found["state"] if found and found["person_id"] == person["id"] else None), server


def _credentials(person: Row) -> "list[AttestedCredentialData]":
    from fido2.webauthn import AttestedCredentialData

    return [AttestedCredentialData(base64.b64decode(key["credential"])) for key in person["fido_credentials"] or []]


def _server(settings: Settings) -> "Fido2Server":
    """The studio as WebAuthn sees it. Where the domain was never set, any origin will do."""
    try:
        from fido2.server import Fido2Server
        from fido2.webauthn import PublicKeyCredentialRpEntity
    except ImportError:
        raise Refused(MISSING) from None
    party = PublicKeyCredentialRpEntity(name=SITE, id=settings.domain_name.partition(":")[0])
    unset = settings.domain_name == DEFAULT_DOMAIN
    server = Fido2Server(party, verify_origin=(lambda origin: True) if unset else None)
    server.allowed_algorithms = [known for known in server.allowed_algorithms if known.alg in ALGORITHMS]
    return server

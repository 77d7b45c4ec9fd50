"""Second factors: which a person has, whether one was shown, turning them on and off (docs/api/signing-in.md).

How each works is in `totp`, `emailcodes`, `fido` and `recovery`. The last factor to be turned off takes the recovery codes and
the preference with it.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

import msgspec

from kitsulite.access.previewaccounts import is_preview_account
from kitsulite.areas.people import emailcodes, fido, lockout, recovery, sessions, totp
from kitsulite.models.people import Person
from kitsulite.settings import Settings
from kitsulite.storage import Row
from kitsulite.work import shortlived
from kitsulite.work.errors import Refused
from kitsulite.work.work import Begin, Caller, Work

LABELS = {"totp": "TOTP", "email_otp": "OTP by email", "fido": "FIDO"}
"""The factors, in the order in which they are looked at."""
SUCCESSORS = {"totp": ("fido", "email_otp"), "email_otp": ("fido", "totp"), "fido": ("totp", "email_otp")}
"""Which factor is preferred once the preferred one is off."""
KEPT: dict[str, tuple[str, ...]] = {
    "totp": ("totp_secret",),
    "email_otp": ("email_otp_secret",),
    "fido": ("fido_credentials",),
}
"""What is stored for a factor."""


class Proof(msgspec.Struct, kw_only=True):
    """What somebody shows to prove to have a second factor; the first that is enabled counts."""

    totp: str | None = None
    email_otp: str | None = None
    fido_authentication_response: dict[str, Any] | None = None
    recovery_code: str | None = None


class Verdict(Enum):
    """What became of a proof."""

    MISSING = "missing"
    WRONG = "wrong"
    RIGHT = "right"


def enabled(person: Row) -> list[str]:
    """The factors that are on."""
    return [factor for factor in LABELS if person[f"{factor}_enabled"]]


def must_set_up(settings: Settings, person: Row) -> bool:
    """Whether the studio asks this person to set up a factor before anything else. Who only looks could not."""
    exempt = {email.lower() for email in settings.exempt_2fa_users}
    return (
        settings.enforce_2fa
        and not enabled(person)
        and person["email"] not in exempt
        and not is_preview_account(person)
    )


Use = Callable[[Work, Row], bool]
"""Whether a proof is right by the row of the person as it is now; what is good once is used up."""


def verify(begin: Begin, person: Row, proof: Proof, cookie: str | None) -> Verdict:
    """Look at the first proof that applies. Wrong ones count, and too many of them are TooManyTries.

    cookie   the `session` cookie, which knows the pending challenge of a security key
    """
    lockout.refuse_waiting(person)
    use = _find_use(begin, person, proof, cookie)
    if use is None:
        return Verdict.MISSING
    with begin() as work:
        right = use(work, work.hold(Person, person["id"]))
        lockout.settle(work, person["id"], right)
    return Verdict.RIGHT if right else Verdict.WRONG


def _find_use(begin: Begin, person: Row, proof: Proof, cookie: str | None) -> Use | None:
    """What looks at the first proof that applies, once what takes its time is done."""
    on = enabled(person)
    if "totp" in on and (code := proof.totp) is not None:
        return lambda work, person: totp.use(work, person, code)
    if "email_otp" in on and (mailed := proof.email_otp) is not None:
        return lambda work, person: emailcodes.use(work, person, mailed)
    if "fido" in on and proof.fido_authentication_response is not None:
        right = fido.use(begin, person, cookie, proof.fido_authentication_response)
        return lambda work, person: right
    if on and proof.recovery_code is not None:
        hashed = recovery.find(person, proof.recovery_code)
        return lambda work, person: recovery.use(work, person, hashed)
    return None


def is_proven(begin: Begin, person: Row, proof: Proof, cookie: str | None) -> bool:
    """Whether somebody who is signed in has the factor at hand too."""
    return verify(begin, person, proof, cookie) is Verdict.RIGHT


# --- turning on ---


def refuse_enabled(person: Row, factor: str) -> None:
    if person[f"{factor}_enabled"]:
        raise Refused(f"{LABELS[factor]} already enabled.")


def start_totp(work: Work, person_id: str) -> dict[str, str]:
    """A new secret for an authenticator app, to be confirmed by a code."""
    person = work.get(Person, person_id)
    refuse_enabled(person, "totp")
    secret = totp.new_secret()
    work.update(Person, person_id, totp_secret=work.keys.seal.close(secret))
    return {"totp_provisionning_uri": totp.uri(work, person, secret), "otp_secret": secret}


def confirm_totp(begin: Begin, caller: Caller, code: str) -> dict[str, Any]:
    """Turn on the authenticator app whose code this is."""
    return _confirm(begin, caller, "totp", lambda work, person: totp.use(work, person, code))


def start_email_otp(work: Work, person_id: str, address: str | None) -> None:
    """Mail a code, by which codes by e-mail are confirmed."""
    person = work.get(Person, person_id)
    refuse_enabled(person, "email_otp")
    emailcodes.mail_code(work, person, address)


def confirm_email_otp(begin: Begin, caller: Caller, code: str) -> dict[str, Any]:
    """Turn on codes by e-mail."""
    return _confirm(begin, caller, "email_otp", lambda work, person: emailcodes.use(work, person, code))


def _confirm(begin: Begin, caller: Caller, factor: str, use: Use) -> dict[str, Any]:
    with begin() as work:
        person = work.hold(Person, caller.id)
        refuse_enabled(person, factor)
        right = use(work, person)
        lockout.settle(work, person["id"], right)
    if not right:
        raise Refused(f"{LABELS[factor]} verification failed.", wrong_OTP=True)
    return _turn_on(begin, caller, person, factor)


def register_key(
    begin: Begin, caller: Caller, cookie: str | None, response: dict[str, Any], name: str
) -> dict[str, Any]:
    """Make a security key known, and turn keys on."""
    with begin(writes=False) as work:
        person = work.get(Person, caller.id)
    device = fido.complete_registration(begin, person, cookie, response, name)
    return _turn_on(begin, caller, person, "fido", device)


def _turn_on(begin: Begin, caller: Caller, person: Row, factor: str, device: Row | None = None) -> dict[str, Any]:
    """Factor on: recovery codes if it is the first, and a session without restrictions. The person's others end."""
    codes = None if person["otp_recovery_codes"] else recovery.new_codes()
    hashes = recovery.hash_codes(codes) if codes else None
    with begin() as work:
        person = work.hold(Person, person["id"])
        changes: Row = {f"{factor}_enabled": True}
        if person["otp_recovery_codes"]:
            codes = None  # others turned a factor on meanwhile
        else:
            changes["otp_recovery_codes"] = hashes
        if not person["preferred_two_factor_authentication"]:
            changes["preferred_two_factor_authentication"] = factor
        if device:
            changes["fido_credentials"] = [*(person["fido_credentials"] or []), device]
        _change(work, person, changes)
        at_hand = caller.token["session_id"] if caller.token else None
        sessions.end_sessions(work, person["id"], but=at_hand, scripts_too=False)
        return {"otp_recovery_codes": codes, **sessions.open_session(work, person["id"], seen=caller.token)}


def _change(work: Work, person: Row, changes: Row, event: str = "person:change-second-factors") -> None:
    """Write what becomes of a person's factors, and tell which they were and are."""
    work.update(Person, person["id"], **changes)
    after = {**person, **changes}
    told: Row = {"person_id": person["id"]}
    for name, of in (("second_factors", enabled), ("security_keys", fido.device_names)):
        told |= {f"previous_{name}": of(person), f"new_{name}": of(after)}
    work.emit(event, told)


# --- turning off ---


def disable(begin: Begin, person_id: str, factor: str, proof: Proof, cookie: str | None) -> None:
    """Turn a factor off, for who can show one."""
    with begin(writes=False) as work:
        person = work.get(Person, person_id)
    if not person[f"{factor}_enabled"]:
        raise Refused(f"{LABELS[factor]} not enabled.")
    if not is_proven(begin, person, proof, cookie):
        raise Refused("OTP verification failed.", wrong_OTP=True)
    with begin() as work:
        person = work.hold(Person, person_id)
        _change(work, person, _without(person, factor))


def remove_key(begin: Begin, person_id: str, name: str, proof: Proof, cookie: str | None) -> None:
    """Forget the first security key of that name, for who can show a factor."""
    with begin(writes=False) as work:
        person = work.get(Person, person_id)
    if not person["fido_enabled"]:
        raise Refused("FIDO not enabled.")
    if not is_proven(begin, person, proof, cookie):
        raise Refused("Wrong OTP.")
    with begin() as work:
        person = work.hold(Person, person_id)
        names = fido.device_names(person)
        if name not in names:
            return
        left = [*person["fido_credentials"]]
        del left[names.index(name)]
        if left:
            preferred = _preferred_without(person, "fido") or "fido"
            _change(work, person, {"fido_credentials": left, "preferred_two_factor_authentication": preferred})
        else:
            _change(work, person, _without(person, "fido"))


def disable_all(work: Work, person_id: str) -> None:
    """Turn everything off and forget it, as an admin does for somebody who is locked out."""
    changes: Row = {"otp_recovery_codes": None, "preferred_two_factor_authentication": None}
    for factor, columns in KEPT.items():
        changes.update({f"{factor}_enabled": False, **dict.fromkeys(columns)})
    _change(work, work.hold(Person, person_id), changes, "person:disable-second-factors")
    shortlived.drop(work, emailcodes.CODE, person_id)


def _without(person: Row, factor: str) -> Row:
    """What changes in a person when a factor goes."""
    changes: Row = {f"{factor}_enabled": False, **dict.fromkeys(KEPT[factor])}
    changes["preferred_two_factor_authentication"] = _preferred_without(person, factor)
    if enabled(person) == [factor]:
        changes["otp_recovery_codes"] = None
    return changes


def _preferred_without(person: Row, factor: str) -> str | None:
    """Which factor is preferred when one goes."""
    preferred = person["preferred_two_factor_authentication"]
    if preferred != factor:
        return preferred
    return next((other for other in SUCCESSORS[factor] if person[f"{other}_enabled"]), None)


# --- recovery codes ---


def renew_recovery_codes(begin: Begin, person_id: str, proof: Proof, cookie: str | None) -> list[str]:
    """New recovery codes, for who can show a factor; the old ones are void."""
    with begin(writes=False) as work:
        person = work.get(Person, person_id)
    if not enabled(person):
        raise Refused("No two factor authentication enabled.")
    if not is_proven(begin, person, proof, cookie):
        raise Refused("OTP verification failed.", wrong_OTP=True)
    codes = recovery.new_codes()
    hashes = recovery.hash_codes(codes)
    with begin() as work:
        work.update(Person, person_id, otp_recovery_codes=hashes)
        work.emit("person:renew-recovery-codes", {"person_id": person_id})
    return codes

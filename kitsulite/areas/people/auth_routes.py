"""`/auth`: signing in and out, passwords, second factors."""

import logging
import re
from typing import Any

import msgspec

from kitsulite.access.callers import anyone, person_only, signed_in
from kitsulite.areas.people import applogin, devices, emailcodes, fido, secondfactors, sessions, signin
from kitsulite.areas.people.secondfactors import Proof
from kitsulite.models.people import Person
from kitsulite.models.people_shapes import ORGANISATION, SAFE
from kitsulite.storage import StorageError
from kitsulite.web.addresses import client_address
from kitsulite.web.call import Call
from kitsulite.web.credentials import COOKIE_PATHS, COOKIES
from kitsulite.web.inputs import Text
from kitsulite.web.routing import Answer, delete, get, post, put
from kitsulite.work.errors import Refused, TradeError
from kitsulite.work.work import Work

log = logging.getLogger("kitsulite")
SESSION_COOKIE = "session"
SERVER_ERROR = "A server error occurred. Please contact your administrator."
DONE = {"success": True}


class Login(Proof, kw_only=True):
    """`email` may also be a desktop login."""

    email: Text
    password: str = "default"


class PasswordChange(msgspec.Struct):
    old_password: Text
    password: Text
    password_2: Text


class ResetRequest(msgspec.Struct):
    email: str


class Reset(msgspec.Struct):
    email: Text
    token: Text
    password: Text
    password2: Text


class TotpCode(msgspec.Struct):
    totp: Text


class EmailCode(msgspec.Struct):
    email_otp: Text


class Key(msgspec.Struct):
    registration_response: dict[str, Any]
    device_name: Text


class KeyRemoval(Proof, kw_only=True):
    device_name: Text


# --- sessions ---


def log_in(call: Call, body: Login) -> Answer:
    """Open a session: tokens for scripts, cookies as well for browsers."""
    device = device_of(call, browser=call.is_browser)
    try:
        answer = signin.log_in(call.begin, body.email, body.password, body, device)
    except (TradeError, StorageError):
        raise
    except Exception:
        log.exception("A login failed")
        return Answer({"error": True, "login": False, "message": SERVER_ERROR}, 500)
    return with_tokens(call, answer)


def log_out(call: Call) -> Answer:
    """End the session."""
    if call.work.caller.token:
        sessions.close_session(call.work, call.work.caller.token)
    cookies = {COOKIES[kind]: ("", path) for kind, path in COOKIE_PATHS.items()} if call.is_browser else {}
    return Answer({"logout": True}, cookies=cookies)


def refresh_token(call: Call) -> Answer:
    """A new access token for a refresh token."""
    access = signin.renew(call.work)
    if not call.is_browser:
        return Answer({"access_token": access})
    cookies = {COOKIES["access"]: (access, COOKIE_PATHS["access"]), COOKIES["refresh"]: ("", COOKIE_PATHS["refresh"])}
    return Answer({"refresh": True}, cookies=cookies)


def with_tokens(call: Call, answer: dict[str, Any]) -> Answer:
    """An answer that carries tokens; a browser gets them as cookies as well."""
    cookies = {COOKIES[kind]: (answer[f"{kind}_token"], path) for kind, path in COOKIE_PATHS.items()}
    return Answer(answer, cookies=cookies if call.is_browser else {})


def session_cookie(call: Call) -> str | None:
    """The cookie that knows a pending challenge."""
    return next(iter(call.request.get_cookie_values(SESSION_COOKIE) or []), None)


def device_of(call: Call, *, browser: bool) -> signin.Device:
    """What somebody signs in with; a browser leaves the session that it was in."""
    name = devices.name_of(call.request.user_agent or "")
    before = next(iter(call.request.get_cookie_values(COOKIES["access"]) or []), None) if browser else None
    return signin.Device(client_address(call), browser, session_cookie(call), name, before)


class Challenge(msgspec.Struct):
    """The SHA-256 of a verifier that only the tool knows, in base64url (PKCE)."""

    code_challenge: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{43}", self.code_challenge):
            raise ValueError("code_challenge is a SHA-256 in base64url without padding: 43 letters, digits, - and _")


class AppLogin(msgspec.Struct):
    """A code, and the verifier of its challenge."""

    code: Text
    code_verifier: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", self.code_verifier):
            raise ValueError("code_verifier has 43 to 128 letters, digits, -, ., _ and ~")


def make_app_code(work: Work, code_challenge: str) -> Any:
    """A code that a desktop tool signs in with."""
    return {"code": applogin.make_code(work, code_challenge)}


def log_app_in(call: Call, body: AppLogin) -> Any:
    """Open a session for a desktop tool that was given a code."""
    device = device_of(call, browser=False)
    return applogin.log_in(call.begin, body.code, body.code_verifier, device)


# --- passwords ---


def change_password(call: Call, body: PasswordChange) -> Any:
    """Change one's own password; one's other sessions end."""
    assert call.caller
    signin.change_password(
        call.begin,
        call.caller,
        body.old_password,
        body.password,
        again=body.password_2,
        address=client_address(call),
    )
    return DONE


def request_reset(call: Call, body: ResetRequest) -> Any:
    """Mail a link to a new password. The answer is the same whether or not there is such an account."""
    signin.request_reset(call.work, body.email, client_address(call))
    return {"success": "Reset token sent"}


def reset_password(call: Call, body: Reset) -> Any:
    """Set a new password by a token."""
    signin.reset_password(
        call.begin, body.email, body.token, body.password, body.password2, address=client_address(call)
    )
    return DONE


# --- second factors ---


def start_totp(work: Work) -> Any:
    """A secret for an authenticator app."""
    return secondfactors.start_totp(work, work.caller.id)


def confirm_totp(call: Call, body: TotpCode) -> Answer:
    """Turn the authenticator app on."""
    assert call.caller
    return with_tokens(call, secondfactors.confirm_totp(call.begin, call.caller, body.totp))


def start_email_otp(call: Call) -> Any:
    """Mail a code to turn codes by e-mail on with."""
    secondfactors.start_email_otp(call.work, call.work.caller.id, client_address(call))
    return DONE


def confirm_email_otp(call: Call, body: EmailCode) -> Answer:
    """Turn codes by e-mail on."""
    assert call.caller
    return with_tokens(call, secondfactors.confirm_email_otp(call.begin, call.caller, body.email_otp))


class Account(msgspec.Struct):
    """Whose account, by an address or a desktop login."""

    email: str


def mail_code(call: Call, email: str) -> Any:
    """Mail a code to sign in with. The answer is the same whether or not there is such an account."""
    person = signin.find_by_login(call.work, email)
    if person and person["active"] and person["email_otp_enabled"]:
        emailcodes.mail_code(call.work, person, client_address(call))
    return DONE


def start_key(work: Work) -> Answer:
    """What the browser needs to make a security key known."""
    person = work.get(Person, work.caller.id)
    return with_challenge(*fido.begin_registration(work, person))


def register_key(call: Call, body: Key) -> Answer:
    """Make a security key known."""
    assert call.caller
    cookie = session_cookie(call)
    answer = secondfactors.register_key(call.begin, call.caller, cookie, body.registration_response, body.device_name)
    return with_tokens(call, answer)


def key_challenge(work: Work, email: str) -> Answer:
    """What the browser needs to sign in with a security key."""
    person = signin.find_by_login(work, email)
    if person is None or not person["active"] or not person["fido_enabled"]:
        raise Refused("FIDO not enabled.")
    return with_challenge(*fido.begin_login(work, person))


def with_challenge(options: dict[str, Any], cookie: str) -> Answer:
    return Answer(options, cookies={SESSION_COOKIE: (cookie, "/")})


def disable_totp(call: Call, body: Proof) -> Any:
    """Turn the authenticator app off."""
    assert call.caller
    secondfactors.disable(call.begin, call.caller.id, "totp", body, session_cookie(call))
    return DONE


def disable_email_otp(call: Call, body: Proof) -> Any:
    """Turn codes by e-mail off."""
    assert call.caller
    secondfactors.disable(call.begin, call.caller.id, "email_otp", body, session_cookie(call))
    return DONE


def remove_key(call: Call, body: KeyRemoval) -> Any:
    """Forget a security key."""
    assert call.caller
    secondfactors.remove_key(call.begin, call.caller.id, body.device_name, body, session_cookie(call))
    return DONE


def renew_recovery_codes(call: Call, body: Proof) -> Any:
    """New recovery codes; the old ones are void."""
    assert call.caller
    codes = secondfactors.renew_recovery_codes(call.begin, call.caller.id, body, session_cookie(call))
    return {"otp_recovery_codes": codes}


TOKENS = {"access_token": str, "refresh_token": str}
SUCCESS = {"success": bool}
CODES = {"otp_recovery_codes": list[str] | None}
SESSION = {
    "login": bool,
    "two_factor_authentication_required": bool,
    "user": SAFE.with_relations(),
    "organisation": ORGANISATION,
    **TOKENS,
}
IDENTITY = {"authenticated": bool, "user": dict, "organisation": ORGANISATION}
KEY_OPTIONS = {
    "rp": dict,
    "user": dict,
    "challenge": str,
    "pubKeyCredParams": list,
    "excludeCredentials": list,
    "authenticatorSelection": dict,
}
KEY_CHALLENGE = {"challenge": str, "rpId": str, "allowCredentials": list}

ROUTES = [
    post("/auth/login", anyone, log_in, takes=Login, gives=SESSION, also=(401,), alone=True),
    get("/auth/authenticated", signed_in, signin.authenticated, gives=IDENTITY),
    get("/auth/logout", person_only, log_out, gives={"logout": bool}, writes=True),
    get(
        "/auth/refresh-token",
        signed_in,
        refresh_token,
        gives={"access_token": str, "refresh": bool},
        writes=True,
        token="refresh",
    ),
    post(
        "/auth/app-login/code",
        person_only,
        make_app_code,
        takes=Challenge,
        gives={"code": str},
        status=201,
    ),
    post("/auth/app-login/token", anyone, log_app_in, takes=AppLogin, gives=SESSION, alone=True),
    post("/auth/change-password", person_only, change_password, takes=PasswordChange, gives=SUCCESS, alone=True),
    post("/auth/reset-password", anyone, request_reset, takes=ResetRequest, gives={"success": str}),
    put("/auth/reset-password", anyone, reset_password, takes=Reset, gives=SUCCESS, alone=True),
    put("/auth/totp", person_only, start_totp, gives={"totp_provisionning_uri": str, "otp_secret": str}),
    post("/auth/totp", person_only, confirm_totp, takes=TotpCode, gives={**CODES, **TOKENS}, alone=True),
    delete("/auth/totp", person_only, disable_totp, takes=Proof, gives=SUCCESS, alone=True),
    get("/auth/email-otp", anyone, mail_code, query=Account, gives=SUCCESS, writes=True),
    put("/auth/email-otp", person_only, start_email_otp, gives=SUCCESS),
    post("/auth/email-otp", person_only, confirm_email_otp, takes=EmailCode, gives={**CODES, **TOKENS}, alone=True),
    delete("/auth/email-otp", person_only, disable_email_otp, takes=Proof, gives=SUCCESS, alone=True),
    get("/auth/fido", anyone, key_challenge, query=Account, gives=KEY_CHALLENGE, writes=True),
    put("/auth/fido", person_only, start_key, gives=KEY_OPTIONS),
    post("/auth/fido", person_only, register_key, takes=Key, gives={**CODES, **TOKENS}, alone=True),
    delete("/auth/fido", person_only, remove_key, takes=KeyRemoval, gives=SUCCESS, alone=True),
    put("/auth/recovery-codes", person_only, renew_recovery_codes, takes=Proof, gives=CODES, alone=True),
]

"""The studio's own directory, by LDAP (docs/sso.md): how it is reached, and whether it takes somebody's password; by ldap3.

Every question has a connection of its own, which is given up when nothing comes back in time. A directory that is down or slow
keeps nobody out but those who come by it.
"""

import contextlib
import importlib.util
import logging
import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kitsulite.settings import Settings
from kitsulite.work.errors import NoDirectory

if TYPE_CHECKING:
    from ldap3 import Connection, Server

log = logging.getLogger("kitsulite")

SECONDS = 5
"""How long the directory may be silent."""
AT_ONCE = 4
"""How many threads of a process wait for it at once, so that its being slow holds up nobody else."""
NOT_INSTALLED = "Signing in by LDAP needs: pip install 'kitsulite[ldap]'"
DOES_NOT_ANSWER = (
    "The studio's directory does not answer, so nobody can sign in by it. Try again later, or tell an administrator."
)
MANY_AT_ONCE = "Many people are signing in at this moment. Try again."
SUCCESS, NO_SUCH_OBJECT = 0, 32
NOT_TAKEN = {19, NO_SUCH_OBJECT, 34, 48, 49, 53}
"""Answers to a name and a password that are not right: there is no such name, it is locked, the password is another (RFC 4511)."""
STEPS_OF_NTLM = 3
"""Messages that ask for it, say who comes, and prove it: where it ends before, ldap3 takes the last answer for a welcome."""
NOT_IN_LOGINS = set("\\=")
"""What no login of an Active Directory has: it would make a name of another domain of it, or a DN."""
NTLM_HASHES = re.compile(r"[^:]{32}:[^:]{32}")
"""What ldap3 takes for the hashes of a password, with which nobody shall sign in who has stolen them."""
WRAPPING = re.compile(r" \(_ssl\.c:\d+\)")
OF_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

_turns = threading.BoundedSemaphore(AT_ONCE)


class Trouble(Exception):
    """The directory cannot be asked, or answers no sense: why, in a sentence for who looks after it."""


def is_possible(settings: Settings) -> bool:
    """Whether what it needs is installed; nothing is loaded to find out."""
    return all(importlib.util.find_spec(name) for name in ("ldap3", *(["Crypto"] if settings.ldap_is_ad else [])))


def is_right(settings: Settings, login: str | None, password: str) -> bool:
    """Whether the directory takes a password for a login; NoDirectory when it cannot be asked.

    An empty password is asked about nowhere: directories answer it as if nobody in particular had come, and was welcome.
    """
    if not login or not password:
        return False
    if settings.ldap_is_ad and (set(login) & NOT_IN_LOGINS or NTLM_HASHES.fullmatch(password)):
        return False
    if not is_possible(settings):
        log.warning("LDAP: %s", NOT_INSTALLED)
        raise NoDirectory(DOES_NOT_ANSWER)
    if not _turns.acquire(blocking=False):
        raise NoDirectory(MANY_AT_ONCE)
    try:
        with reached(settings, name_of(settings, login), password) as connection:
            return bind(connection)
    except Trouble as problem:
        log.warning("LDAP: %s", problem)
        raise NoDirectory(DOES_NOT_ANSWER) from None
    finally:
        _turns.release()


def name_of(settings: Settings, login: str) -> str:
    """The name by which somebody of the directory signs in to it."""
    from ldap3.utils.dn import escape_rdn

    if settings.ldap_is_ad:
        return f"{settings.ldap_domain}\\{login}"
    return f"{'cn' if settings.ldap_is_ad_simple else 'uid'}={escape_rdn(login)},{settings.ldap_base_dn}"


def name_of_reader(settings: Settings) -> str:
    """The name of LDAP_USER, as whom the directory is read; a DN stands for itself."""
    name = settings.ldap_user
    return name if not name or settings.ldap_is_ad_simple or "=" in name or "\\" in name else name_of(settings, name)


def warnings(settings: Settings) -> list[str]:
    """What an administrator should know of how people sign in by the directory."""
    return [*_of_fallback(settings), *of_encryption(settings)]


def _of_fallback(settings: Settings) -> list[str]:
    if settings.ldap_fallback:
        return []
    return ["LDAP_FALLBACK is off: nobody signs in by a password of this studio, its admins neither."]


def of_encryption(settings: Settings) -> list[str]:
    """How passwords can be read on their way, if they can."""
    if not (settings.ldap_ssl or settings.ldap_starttls):
        is_near = settings.ldap_host in OF_THIS_MACHINE
        return [] if is_near else ["LDAP: passwords go to the directory unencrypted: switch LDAP_SSL on."]
    if not settings.ldap_verify:
        return [
            "KITSULITE_LDAP_VERIFY is off: whoever is in between can read the passwords. Set KITSULITE_LDAP_CA_FILE."
        ]
    return []


@contextlib.contextmanager
def reading(settings: Settings) -> "Iterator[Connection]":
    """A connection on which the directory can be read; Trouble."""
    with reached(settings, name_of_reader(settings), settings.ldap_password) as connection:
        if not bind(connection):
            raise Trouble("The directory does not take LDAP_USER and LDAP_PASSWORD.")
        yield connection


@contextlib.contextmanager
def reached(settings: Settings, name: str, password: str) -> "Iterator[Connection]":
    """A connection, by TLS where the settings say so, on which nobody has signed in yet; Trouble."""
    from ldap3 import ANONYMOUS, NTLM, SIMPLE, Connection

    by_ntlm = settings.ldap_is_ad and "=" not in name
    connection = Connection(
        _server(settings),
        user=name or None,
        password=password or None,
        authentication=NTLM if by_ntlm and name else SIMPLE if name else ANONYMOUS,
        receive_timeout=SECONDS,
        read_only=True,
        auto_referrals=False,  # or passwords would go wherever the directory says
        check_names=False,
        collect_usage=True,
    )
    try:
        with asking(connection):
            connection.open(read_server_info=False)
            if settings.ldap_starttls:
                connection.start_tls(read_server_info=False)
        yield connection
    finally:
        with contextlib.suppress(Exception):
            connection.unbind()


@contextlib.contextmanager
def asking(connection: "Connection") -> Iterator[None]:
    """Whatever goes wrong between us and the directory is Trouble."""
    try:
        yield
    except Exception as problem:
        server = connection.server
        raise Trouble(f"{server.host}:{server.port}: {_reason(problem)}") from problem


def _reason(problem: Exception) -> str:
    """What went wrong, without what ldap3 wraps around it."""
    return WRAPPING.sub("", str(problem).replace("\\", "")).strip("(),'\" ")


def _server(settings: Settings) -> "Server":
    import ssl

    from ldap3 import NONE, Server, Tls

    class CheckedByPython(Tls):
        """TLS as Python does it, the name in the certificate included."""

        def wrap_socket(self, connection: "Connection", do_handshake: bool = False) -> None:
            context = ssl.create_default_context(cafile=settings.ldap_ca_file or None)
            if not settings.ldap_verify:
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection.socket = context.wrap_socket(connection.socket, server_hostname=settings.ldap_host)

    return Server(
        settings.ldap_host,
        port=settings.ldap_port,
        use_ssl=settings.ldap_ssl,
        tls=CheckedByPython(),
        get_info=NONE,
        connect_timeout=SECONDS,
    )


def bind(connection: "Connection") -> bool:
    """Sign in on a connection; whether its name and password are taken. Trouble when the directory has another reason to refuse."""
    from ldap3 import NTLM

    with asking(connection):
        taken = connection.bind(read_server_info=False)
    result = connection.result or {}
    if taken and connection.authentication == NTLM and connection.usage.bind_operations != STEPS_OF_NTLM:
        raise Trouble("The directory knows no NTLM, so it is no Active Directory, or one that wants LDAP_IS_AD_SIMPLE.")
    if taken or result.get("result") in NOT_TAKEN:
        return bool(taken)
    raise Trouble(
        f"The directory refuses to be signed in to: {result.get('description')} {result.get('message') or ''}".strip()
    )

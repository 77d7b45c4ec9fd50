"""A directory for tests: Debian's slapd, of its own folder, at a port of its own, with the people that a test puts in.

with directory() as there:
    there.add("zoe", "secret", mail="zoe@site.com")
    settings = dataclasses.replace(settings, **there.settings)

It knows a little of what an Active Directory says of people too (`add_to_ad`).
"""

import contextlib
import datetime
import ipaddress
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import programs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ldap3 import MODIFY_REPLACE, Connection, Server

SUFFIX = "dc=studio,dc=com"
BASE = f"ou=people,{SUFFIX}"
READER, READERS_PASSWORD = f"cn=reader,{SUFFIX}", "may read it all"
PATIENCE = 10
NOBODY = 65534
CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.3.6.1.4.1.99999.1 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.2 NAME 'userAccountControl' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 )
attributetype ( 1.3.6.1.4.1.99999.3 NAME 'objectGUID' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
attributetype ( 1.3.6.1.4.1.99999.4 NAME 'thumbnailPhoto' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
attributetype ( 1.3.6.1.4.1.99999.5 NAME 'memberOf' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
objectclass ( 1.3.6.1.4.1.99999.6 NAME 'known' SUP top AUXILIARY MAY ( uniqueIdentifier $ organizationalStatus ) )
objectclass ( 1.3.6.1.4.1.99999.7 NAME 'user' SUP top AUXILIARY
    MAY ( sAMAccountName $ userAccountControl $ objectGUID $ thumbnailPhoto $ memberOf ) )
objectclass ( 1.3.6.1.4.1.99999.8 NAME 'computer' SUP user AUXILIARY )
objectclass ( 1.3.6.1.4.1.99999.9 NAME 'group' SUP top STRUCTURAL MUST cn )
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
{tls}
{limits}
database mdb
maxsize 67108864
suffix "{suffix}"
rootdn "cn=admin,{suffix}"
rootpw admin
directory {folder}
dbnosync
access to attrs=userPassword by anonymous auth by * none
access to * by {readers} read by * none
"""


class Directory:
    """See the module. `settings` are those of a tracker that uses it."""

    def __init__(self, folder: Path, *, tls: bool, limit: int | None, readers: str) -> None:
        self.folder, self.tls = folder, tls
        self.port, self.tls_port = _free_port(), _free_port()
        lines = ""
        if tls:
            make_certificates(folder)
            lines = f"TLSCertificateFile {folder}/server.pem\nTLSCertificateKeyFile {folder}/server.key"
        (folder / "slapd.conf").write_text(
            CONFIGURATION.format(
                folder=folder,
                suffix=SUFFIX,
                tls=lines,
                readers=readers,
                limits=f"sizelimit {limit}" if limit else "sizelimit unlimited",
            )
        )
        self.start()
        self.entry(SUFFIX, ["dcObject", "organization"], dc="studio", o="Studio")
        self.entry(BASE, ["organizationalUnit"], ou="people")
        self.entry(READER, ["person"], cn="reader", sn="reader", userPassword=READERS_PASSWORD)

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "auth_strategy": "auth_remote_ldap",
            "ldap_host": "127.0.0.1",
            "ldap_port": self.port,
            "ldap_base_dn": BASE,
            "ldap_user": READER,
            "ldap_password": READERS_PASSWORD,
            "email_domain": "studio.com",
        }

    @property
    def authority(self) -> str:
        """The file of the certificate that vouches for it."""
        return str(self.folder / "authority.pem")

    # --- running ---

    def start(self) -> None:
        program = programs.needed("slapd")
        urls = f"ldap://127.0.0.1:{self.port}/" + (f" ldaps://127.0.0.1:{self.tls_port}/" if self.tls else "")
        as_root = os.geteuid() == 0
        if as_root:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
        self.process = subprocess.Popen(
            [program, "-f", str(self.folder / "slapd.conf"), "-h", urls, "-d", "0"],
            stderr=subprocess.DEVNULL,
            **({"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_root else {}),
        )
        until = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, "slapd ended"
            with contextlib.suppress(OSError):
                for port in (self.port, self.tls_port) if self.tls else (self.port,):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                break
            assert time.monotonic() < until, "slapd does not answer"
            time.sleep(0.02)
        self.admin = Connection(
            Server("127.0.0.1", self.port), f"cn=admin,{SUFFIX}", "admin", auto_bind=True, raise_exceptions=True
        )

    def stop(self) -> None:
        self.admin.unbind()
        self.process.terminate()
        self.process.wait(PATIENCE)

    # --- entries ---

    def entry(self, dn: str, classes: list[str], **attributes: Any) -> str:
        self.admin.add(dn, classes, {key: value for key, value in attributes.items() if value is not None})
        return dn

    def add(self, login: str, password: str = "secret", **attributes: Any) -> str:
        """Somebody of a plain directory, active, by default called after their login; None takes an attribute away."""
        name = login.capitalize()
        values = {"cn": name, "givenName": name, "sn": "Test", "mail": f"{login}@studio.com", "userPassword": password}
        values |= {"uniqueIdentifier": f"id-{login}", "organizationalStatus": "active", "uid": login}
        return self.entry(f"uid={login},{BASE}", ["inetOrgPerson", "known"], **values | attributes)

    def add_to_ad(self, login: str, password: str = "secret", *, computer: bool = False, **attributes: Any) -> str:
        """Somebody, or a computer, as an Active Directory knows them."""
        values = {"givenName": login.capitalize(), "sn": "Test", "mail": f"{login}@studio.com", "cn": login}
        values |= {"sAMAccountName": login, "objectGUID": uuid.uuid4().bytes_le, "userAccountControl": 512}
        values |= {"userPassword": password}
        classes = ["inetOrgPerson", "computer" if computer else "user"]
        return self.entry(f"cn={login},{BASE}", classes, **values | attributes)

    def change(self, login: str, **attributes: Any) -> None:
        """Make somebody's attributes others; None takes one away."""
        changes = {
            name: [(MODIFY_REPLACE, [] if value is None else value if isinstance(value, list) else [value])]
            for name, value in attributes.items()
        }
        self.admin.modify(self._dn(login), changes)

    def remove(self, login: str) -> None:
        self.admin.delete(self._dn(login))

    def _dn(self, login: str) -> str:
        self.admin.search(BASE, f"(|(uid={login})(cn={login}))", "LEVEL")
        return str(self.admin.entries[0].entry_dn)


@contextlib.contextmanager
def directory(*, tls: bool = False, limit: int | None = None, readers: str = f'dn="{READER}"') -> Iterator[Directory]:
    """A directory that is there for a while.

    limit    how many entries it tells of a question at the most
    readers  who may read it
    """
    programs.needed("slapd")
    folder = Path(tempfile.mkdtemp(prefix="slapd-"))
    folder.chmod(0o755)
    there = Directory(folder, tls=tls, limit=limit, readers=readers)
    try:
        yield there
    finally:
        there.process.kill()
        there.process.wait()
        shutil.rmtree(folder)


def make_certificates(folder: Path) -> None:
    """A certificate of the server at 127.0.0.1, and of who vouches for it."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ours = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of the tests")])
    now = datetime.datetime.now(datetime.UTC)

    def certificate(name: x509.Name, public: Any) -> x509.CertificateBuilder:
        begins, ends = now - datetime.timedelta(days=1), now + datetime.timedelta(days=1)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(ours).public_key(public)
        return made.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)

    authority = certificate(ours, authority_key.public_key())
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    server = certificate(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "directory")]), key.public_key())
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    server = server.add_extension(place, critical=False)
    for name, builder in (("authority", authority), ("server", server)):
        signed = builder.sign(authority_key, hashes.SHA256())
        (folder / f"{name}.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])

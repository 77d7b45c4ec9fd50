"""The studio's key: what is signed with it, and what is sealed."""

import re
import secrets
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from kitsulite.storage.private import write_once
from kitsulite.storage.seal import Seal

KEY_FILE = "secret.key"
DATABASE_FILE = "studio.db"
RESTORING, TAKING_OVER = "restoring", "taking-over"
"""What lies in the folder of a studio; the last two while a backup is put back into it, and while a Zou is taken over for the
first time."""
KEY_BYTES, KEY_LENGTH = 48, 64
"""How long a key is, and how many characters it takes to write it down."""
MOST_READ = 5_000
"""Tokens whose signatures one process has looked at and remembers."""
WHOLE_KEY = re.compile(f"[A-Za-z0-9_-]{{{KEY_LENGTH}}}")


def holds_studio(folder: Path) -> bool:
    """Whether there is anything of a studio in a folder."""
    return any((folder / name).exists() for name in (DATABASE_FILE, KEY_FILE, RESTORING, TAKING_OVER))


class BadKey(RuntimeError):
    """The key in the studio's folder is not what was written there."""


class Keys:
    """Signs and reads tokens. One purpose cannot pass for another: each has a salt of its own."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.seal = Seal(secret)
        self.tokens = URLSafeSerializer(secret, salt="kitsulite.token")
        self.cookies = URLSafeSerializer(secret, salt="kitsulite.session-cookie")
        self.passes = URLSafeSerializer(secret, salt="kitsulite.share-link-pass")
        self.guests = URLSafeSerializer(secret, salt="kitsulite.guest")
        self._read: dict[str, dict[str, Any]] = {}

    def sign_token(self, claims: dict[str, Any]) -> str:
        return str(self.tokens.dumps(claims))

    def read_token(self, token: str) -> dict[str, Any] | None:
        """The claims of a token, or None when it was not signed here. What was read once is signed for good."""
        claims = self._read.get(token)
        if claims is None and (claims := _loaded(self.tokens, token)) is not None:
            if len(self._read) >= MOST_READ:
                self._read.clear()
            self._read[token] = claims
        return claims

    def sign_cookie(self, content: dict[str, Any]) -> str:
        return str(self.cookies.dumps(content))

    def read_cookie(self, cookie: str) -> dict[str, Any] | None:
        return _loaded(self.cookies, cookie)

    def sign_pass(self, claims: dict[str, Any]) -> str:
        return str(self.passes.dumps(claims))

    def read_pass(self, text: str) -> dict[str, Any] | None:
        """What a pass for a share link says, or None when it was not signed here."""
        return _loaded(self.passes, text)

    def sign_guest(self, id: str) -> str:
        """What proves who a guest is."""
        return str(self.guests.dumps({"guest": id}))

    def is_guest(self, id: str, proof: str) -> bool:
        """Whether somebody showed what only this guest was given."""
        claims = _loaded(self.guests, proof)
        return claims is not None and claims.get("guest") == id


def _loaded(serializer: URLSafeSerializer, text: str) -> dict[str, Any] | None:
    try:
        content = serializer.loads(text)
    except BadSignature:
        return None
    return content if isinstance(content, dict) else None


def new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def key_of_studio(folder: Path) -> str:
    """The key kept in the studio's folder; made, for its owner's eyes only, when there is none yet. BadKey."""
    path = folder / KEY_FILE
    if not path.exists():
        write_once(path, new_key() + "\n")
    key = path.read_text("utf-8", "replace").strip()
    if not WHOLE_KEY.fullmatch(key):
        raise BadKey(
            f"{path} is not the key that was written: it holds {len(key)} characters that should be {KEY_LENGTH} letters, "
            "digits, - and _. Put it back from a backup. When it is lost, remove it and run `kitsulite new-key`."
        )
    return key

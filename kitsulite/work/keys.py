"""The studio's signing key, and what is signed with it."""

import os
import secrets
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

KEY_FILE = "secret.key"


class Keys:
    """Signs and reads tokens. One purpose cannot pass for another: each has a salt of its own."""

    def __init__(self, secret: str) -> None:
        self.tokens = URLSafeSerializer(secret, salt="kitsulite.token")
        self.cookies = URLSafeSerializer(secret, salt="kitsulite.session-cookie")
        self.passes = URLSafeSerializer(secret, salt="kitsulite.share-link-pass")

    def sign_token(self, claims: dict[str, Any]) -> str:
        return str(self.tokens.dumps(claims))

    def read_token(self, token: str) -> dict[str, Any] | None:
        """The claims of a token, or None when it was not signed here."""
        return _loaded(self.tokens, token)

    def sign_cookie(self, content: dict[str, Any]) -> str:
        return str(self.cookies.dumps(content))

    def read_cookie(self, cookie: str) -> dict[str, Any] | None:
        return _loaded(self.cookies, cookie)

    def sign_pass(self, claims: dict[str, Any]) -> str:
        return str(self.passes.dumps(claims))

    def read_pass(self, text: str) -> dict[str, Any] | None:
        """What a pass for a share link says, or None when it was not signed here."""
        return _loaded(self.passes, text)


def _loaded(serializer: URLSafeSerializer, text: str) -> dict[str, Any] | None:
    try:
        content = serializer.loads(text)
    except BadSignature:
        return None
    return content if isinstance(content, dict) else None


def key_of_studio(folder: Path) -> str:
    """The key kept in the studio's folder; made, for its owner's eyes only, when there is none yet."""
    path = folder / KEY_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    return path.read_text().strip()

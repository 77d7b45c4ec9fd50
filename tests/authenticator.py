"""A security key in software: answers WebAuthn challenges as a browser with a key would."""

import os
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

Flag = AuthenticatorData.FLAG


class SecurityKey:
    """One key, plugged in at a site."""

    def __init__(self, origin: str = "https://studio.test") -> None:
        self.origin = origin
        self.id = os.urandom(16)
        self.private = ec.generate_private_key(ec.SECP256R1())
        public = ES256.from_cryptography_key(self.private.public_key())
        self.credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)

    def register(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends after `navigator.credentials.create(options)`."""
        rp_hash = sha256(options["rp"]["id"].encode()).digest()
        data = AuthenticatorData.create(rp_hash, Flag.UP | Flag.AT, 0, bytes(self.credential))
        client = CollectedClientData.create("webauthn.create", options["challenge"], self.origin)
        attestation = AttestationObject.create("none", data, {})
        return self._answer(attestationObject=bytes(attestation), clientDataJSON=bytes(client))

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends after `navigator.credentials.get(options)`."""
        assert websafe_encode(self.id) in [allowed["id"] for allowed in options["allowCredentials"]]
        data = AuthenticatorData.create(sha256(options["rpId"].encode()).digest(), Flag.UP, 1)
        client = CollectedClientData.create("webauthn.get", options["challenge"], self.origin)
        signature = self.private.sign(bytes(data) + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(authenticatorData=bytes(data), clientDataJSON=bytes(client), signature=signature)

    def _answer(self, **response: bytes) -> dict[str, Any]:
        id = websafe_encode(self.id)
        encoded = {name: websafe_encode(value) for name, value in response.items()}
        return {"id": id, "rawId": id, "type": "public-key", "response": encoded, "clientExtensionResults": {}}

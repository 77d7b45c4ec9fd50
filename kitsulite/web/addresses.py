"""Where a request comes from (docs/api/signing-in.md)."""

from kitsulite.web.call import Call


def client_address(call: Call) -> str | None:
    """The caller's IP address; None when it is not known. Headers are believed only when a proxy of ours wrote them."""
    address: str | None = call.request.context.address
    return address

"""Where a request comes from (contract 01, B4.8)."""

from kitsulite.api.call import Call
from kitsulite.proxies import Trust


def client_address(call: Call) -> str | None:
    """The caller's IP address; None when it is not known. Headers are believed only when a proxy of ours wrote them."""
    request = call.request
    trust = Trust(call.settings.trusted_proxies)
    return trust.client(request.remote_addr, request.get_header("X-Real-IP"), request.get_header("X-Forwarded-For"))

"""What goes wrong, as SCIM writes it (RFC 7644, 3.12): its clients look for this form, whatever refused them."""

from typing import Any

SCIM = "application/scim+json"
"""The type of content of what clients of SCIM send and get."""
PATHS = "/scim/"
"""How the paths begin that speak SCIM."""
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "schemas": {"type": "array", "items": {"type": "string"}, "description": "What this is: an error of SCIM."},
        "status": {"type": "string", "description": "The status of the answer."},
        "scimType": {"type": "string", "description": "What is wrong, in a word of RFC 7644."},
        "detail": {"type": "string", "description": "What is wrong, in words."},
    },
}


def in_scim(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """The error that other routes tell in `body`."""
    words = (body.get(key) for key in ("message", "error", "msg"))
    detail = next((text for text in words if isinstance(text, str)), "This is refused.")
    kind = body.get("scimType")
    return {"schemas": [ERROR], "status": str(status), "detail": detail, **({"scimType": kind} if kind else {})}

"""What a page of a list looks like, for the documentation."""

from typing import Any


def paged(shape: Any, **more: Any) -> dict[str, Any]:
    """Rows of a shape and which of all they are."""
    return {"data": [shape], "total": int, "nb_pages": int, "limit": int, "offset": int, "page": int, **more}

"""Requests that are answered when something happens: no thread waits where whoever serves can wait without one."""

import falcon

WAITS = "kitsulite.waits"
"""In the environment of WSGI, where whoever serves takes over the waiting: whether the app leaves it to them."""


def is_left_to_server(request: falcon.Request) -> bool:
    """Leave the waiting to whoever serves, if they do that; what is answered then is not sent."""
    if WAITS not in request.env:
        return False
    request.env[WAITS] = True
    return True

"""The trade, a room an area: a folder with its tables of routes, its rows and its rules side by side.

In a room, `routes.py` and `…_routes.py` hold tables of routes (`ROUTES`), `rows.py` and `rows_of_….py` its collections under
`/data/<things>` (`COLLECTIONS`); every other file is one rule of the trade and knows nothing of HTTP. `kitsulite.tables` finds
them by these names. A room may use those that stand behind it in the list, never one before it.
"""

ROOMS = (
    "demo",
    "backups",
    "takeover",
    "imports",
    "exports",
    "figures",
    "me",
    "guests",
    "playlists",
    "pipeline",
    "productions",
    "people",
    "studio",
    "entities",
    "tasks",
    "previews",
    "telling",
)

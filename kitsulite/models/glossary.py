"""What the keys of rows, bodies and query strings mean: one sentence a term, for the documentation."""

TERMS = {
    "created_at": "When the row was made (UTC).",
    "fields": "The keys to keep of each row, separated by commas.",
    "force": "Whether it goes with all that hangs on it.",
    "id": "The id of the row.",
    "limit": "How many rows at most.",
    "name": "What it is called.",
    "page": "Which page, counted from 1; without it all rows come at once.",
    "relations": "Whether lists of ids come along.",
    "type": "What kind of row it is.",
    "updated_at": "When the row was last changed (UTC).",
}
"""Terms that their names do not explain."""


def term(name: str) -> str:
    """The sentence for a key."""
    if name in TERMS:
        return TERMS[name]
    words = name.removesuffix("_id").replace("_", " ")
    return f"The id of the {words}." if name.endswith("_id") else f"{words[:1].upper()}{words[1:]}."

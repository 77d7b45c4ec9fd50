"""What the keys of rows, bodies and query strings mean: one sentence a term, for the documentation."""

import re

from kitsulite.models.terms import TERMS

FORMS = (
    (r"(\w+)_ids", "The ids of the {}s."),
    (r"(\w+)_id", "The id of the {}."),
    (r"is_(\w+)", "Whether it is {}."),
    (r"has_(\w+)", "Whether there is a {}."),
    (r"nb_(\w+)", "How many {} there are."),
    (r"(\w+)_name", "The name of the {}."),
    (r"(\w+)_has_avatar", "Whether the {} has a picture."),
    (r"(\w+)_color", "The colour of the {}, as #RRGGBB."),
    (r"(\w+)_date", "The day of the {}."),
    (r"([\w-]+)-up", "Whether the {} works."),
    (r"notifications_(\w+)_enabled", "Whether notifications also come by {}."),
    (r"notifications_(\w+)_userid", "The name of the person in {}."),
)
"""Names that explain themselves by their form."""


def term(name: str) -> str:
    """The sentence for a key."""
    if name in TERMS:
        return TERMS[name]
    for form, sentence in FORMS:
        if found := re.fullmatch(form, name):
            return (
                sentence.format(found[1].replace("_", " ").replace("-", " "))
                .replace("statuss", "statuses")
                .replace("entitys", "entities")
            )
    return f"The {name.replace('_', ' ')}."

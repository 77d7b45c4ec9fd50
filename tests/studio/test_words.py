"""Misspelt words are compared with thousands at once, and with the same outcome as one by one (docs/api/studio.md)."""

import itertools
import random

from kitsulite.areas.studio.words import closest


def edits(one: str, other: str) -> int:
    """Letters that are wrong, missing, too many, or two in the wrong order, as the textbook counts them."""
    rows = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i, j in itertools.product(range(1, len(one) + 1), range(1, len(other) + 1)):
        rows[i, j] = min(rows[i - 1, j] + 1, rows[i, j - 1] + 1, rows[i - 1, j - 1] + (one[i - 1] != other[j - 1]))
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            rows[i, j] = min(rows[i, j], rows[i - 2, j - 2] + 1)
    return rows[len(one), len(other)]


def test_the_closest_words_are_those_that_need_the_fewest_edits() -> None:
    chance = random.Random(7)
    known = sorted({"".join(chance.choices("abc", k=chance.randint(1, 8))) for _ in range(300)})
    for allowed in (1, 2):
        for _ in range(20):
            word = "".join(chance.choices("abc", k=chance.randint(5, 8)))
            near = [(min(edits(word, other[:end]) for end in range(len(other) + 1)), other) for other in known]
            assert closest(word, known, allowed) == [other for number, other in sorted(near) if number <= allowed]

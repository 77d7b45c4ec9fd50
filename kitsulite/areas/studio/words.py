"""The words that search compares: plain letters of any script, and how far one may be misspelt."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

WORD = re.compile(r"[^\W_]+")
PLAIN = str.maketrans(
    {
        **{"ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ø": "o", "ı": "i", "ŋ": "n", "ƒ": "f"},
        **{"æ": "ae", "œ": "oe", "þ": "th", "ĳ": "ij"},
    }
)
"""Letters that people without them on their keyboard type as others; Unicode takes them apart no further."""
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
"""Scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
LONGEST_UNSPACED = 40
ONE_EDIT, TWO_EDITS = 5, 7
"""The length from which a word may have one error, and two; shorter words have too many neighbours."""


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: without case, accents and punctuation."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(PLAIN))
    return WORD.findall("".join(letter for letter in apart if not unicodedata.category(letter).startswith("M")))


def letters_of(text: str) -> int:
    """How many letters, digits and signs for vowels there are in a text."""
    return sum(unicodedata.category(letter)[0] in "LNM" for letter in unicodedata.normalize("NFC", text))


def indexed_words_of(text: str) -> list[str]:
    """The words by whose beginnings a text is found. Where words are not told apart, one may begin at every letter."""
    return [ending for word in words_of(text) for ending in _endings(word)]


def _endings(word: str) -> Iterator[str]:
    yield word
    if UNSPACED.search(word):
        for start in range(1, min(len(word), LONGEST_UNSPACED)):
            yield word[start:]


def edits_allowed(word: str) -> int:
    """How many letters of a word may be wrong, missing, too many or in the wrong order."""
    return 2 if len(word) >= TWO_EDITS else 1 if len(word) >= ONE_EDIT else 0


def closest(word: str, known: Iterable[str]) -> list[str]:
    """Of the words that are known those that `word` is a misspelt beginning of, the likeliest first."""
    allowed = edits_allowed(word)
    near = ((edits_to_beginning(word, other, allowed), other) for other in known if len(other) >= len(word) - allowed)
    return [other for edits, other in sorted(near) if edits <= allowed]


def edits_to_beginning(word: str, other: str, allowed: int) -> int:
    """How many edits make `word` the beginning of another, two letters in the wrong order being one edit.

    Once it is clear that there are more than `allowed`, it is not found out how many more.
    """
    other = other[: len(word) + allowed]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, start=1):
        earlier, before, row = before, row, [i]
        for j, theirs in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == theirs:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed:
            return allowed + 1
    return min(row)

"""The words that search compares: plain letters of any script, and how far one may be misspelt."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence

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
LAST = "\U0010ffff"


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


def closest(word: str, known: Sequence[str], allowed: int) -> list[str]:
    """Of the words that are known, in their order, those that `word` is the beginning of with so many edits, the likeliest first.

    Two letters in the wrong order are one edit. Words that begin alike are compared once as far as they do, and those of a
    beginning that is too far off are passed over together.
    """
    found: list[tuple[int, str]] = []
    path = _Path(word)
    at = 0
    while at < len(known):
        other = known[at]
        beginning = path.follow(other, allowed)
        if beginning is None:
            found += [(path.edits, other)] * (path.edits <= allowed)
            at += 1
            continue
        past = bisect_left(known, beginning + LAST, at)
        if path.edits <= allowed:
            found += [(path.edits, one) for one in known[at:past]]
        at = past
    return [other for _, other in sorted(found)]


class _Path:
    """A word compared letter by letter with one that is known: a row for each letter, the edits to each beginning of the word."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.other = ""
        self.rows = [list(range(len(word) + 1))]
        self.least = [len(word)]

    @property
    def edits(self) -> int:
        """To make the word the beginning of what was followed."""
        return self.least[-1]

    def follow(self, other: str, allowed: int) -> str | None:
        """Go on to another word; the beginning of it from which on it is too far off, if there is one."""
        differing = (at for at, both in enumerate(zip(self.other, other, strict=False)) if both[0] != both[1])
        alike = next(differing, min(len(self.other), len(other)))
        del self.rows[alike + 1 :], self.least[alike + 1 :]
        self.other = other
        for end in range(len(self.rows), len(other) + 1):
            row = self._row(end)
            self.rows.append(row)
            self.least.append(min(self.least[-1], row[-1]))
            if min(row) > allowed:
                self.other = other[:end]
                return self.other
        return None

    def _row(self, end: int) -> list[int]:
        letter, before = self.other[end - 1], self.rows[end - 1]
        row = [end]
        for i, ours in enumerate(self.word, start=1):
            cost = min(before[i] + 1, row[i - 1] + 1, before[i - 1] + (letter != ours))
            if i > 1 and end > 1 and ours == self.other[end - 2] and self.word[i - 2] == letter:
                cost = min(cost, self.rows[end - 2][i - 2] + 1)
            row.append(cost)
        return row

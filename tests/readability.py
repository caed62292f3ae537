"""How hard a text is to read: the Flesch-Kincaid grade of U.S. schools (Kincaid et al., 1975).

    0.39 x words per sentence + 11.8 x syllables per word - 15.59

Libraries for it differ in how they count syllables, and bring dictionaries of several megabytes to
do so; here vowels are counted, and test_plain_words.py holds the count of the words that matter. A
number counts as one word of one syllable, as an amount or a year is read at a glance.
"""

from __future__ import annotations

import re

RECEIPT = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}-\d{2}\b")  # a name of chance, read as one word
WORD = re.compile(r"[A-Za-z][A-Za-z'’]*|\$?\d[\d,.:/%]*")
END = re.compile(r"(?<=[.!?])[”\")]*\s+")
INITIALS = re.compile(r"\b([A-Za-z])\.([A-Za-z])\.")  # the U.S. ends no sentence
VOWELS = re.compile(r"[aeiouy]+")
# "made", "votes" and "priced" end in no syllable of their own; "table", "graded" and "uses" do.
SILENT = re.compile(
    r"(?<![aeiouyl])e$|(?<=[aeiouy]l)es?$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyscxzghl])es$"
)
# Two vowels that make two syllables.
APART = re.compile(r"i(?=a(?!l|n\b)|o(?!us|n))|u(?=a)|(?<=[aeiou])ing|e(?=o)")


def grade(text: str) -> float:
    """The school grade in which this text is read with ease; 0 where it has no word."""
    sentences = [WORD.findall(sentence) for sentence in sentences_of(text)]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    syllables = sum(map(syllables_of, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, in order."""
    parts = END.split(INITIALS.sub(r"\1\2", RECEIPT.sub("1", text)).strip())
    return [part for part in parts if WORD.search(part)]


def syllables_of(word: str) -> int:
    """How many syllables a word has; an abbreviation in capitals is said letter by letter."""
    if not word[0].isalpha():
        return 1
    if word.isupper() and len(word) > 1:
        return len(word)
    plain = SILENT.sub("", word.lower().partition("'")[0].partition("’")[0])
    return max(1, len(VOWELS.findall(plain)) + len(APART.findall(plain)))

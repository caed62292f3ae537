import re
import string

import pytest

from elections.core.problems import SENTENCES, Code, Problem


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_whole_sentence_for_people(code: Code) -> None:
    words = {name for _, name, _, _ in string.Formatter().parse(SENTENCES[code]) if name}
    found = Problem.of(code, "A1", **dict.fromkeys(words - {"grant"}, "WORD"))
    assert re.fullmatch(r"[A-Z][^{}]+\.", found.sentence)
    assert "  " not in found.sentence
    assert ("A1" in found.sentence) == ("grant" in words)


def test_a_word_left_out_of_a_sentence_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="hired_by"):
        Problem.of(Code.HIRED_TOO_LATE, hired_on="December 20, 2002")


def test_braces_in_a_grant_number_stay_as_typed() -> None:
    assert "Grant {hired_by} is not" in Problem.of(Code.UNKNOWN_GRANT, "{hired_by}").sentence

"""What is printed for an error."""

from pumploss.errors import LakeError, failure_text, printable


def test_the_words_of_an_error_are_kept_and_foreign_ones_named():
    assert failure_text(LakeError("the lake is dry")) == "the lake is dry"
    assert failure_text(KeyError("x")) == "KeyError: 'x'"


def test_signs_that_a_terminal_would_obey_are_escaped():
    assert printable("a\tä ш\nb") == "a\tä ш\nb"
    assert printable("\x02\x00key\x1b[31m\r\u202e\udc80") == r"\x02\x00key\x1b[31m\r\u202e\udc80"
    assert failure_text(LakeError("key \x1b[2J")) == r"key \x1b[2J"
    assert failure_text(KeyError("x\nb")) == r"KeyError: 'x\nb'"

"""What is printed for an error."""

from pumploss.errors import LakeError, failure_text


def test_the_words_of_an_error_are_kept_and_foreign_ones_named():
    assert failure_text(LakeError("the lake is dry")) == "the lake is dry"
    assert failure_text(KeyError("x")) == "KeyError: 'x'"

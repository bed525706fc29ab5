"""Things are made ahead, in order, and no further than was asked for."""

import threading
from contextlib import closing

import pytest

from pumploss.ahead import ahead


def test_all_come_in_order():
    assert list(ahead(iter(range(1, 100)))) == list(range(1, 100))


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_so_many_are_made_before_they_are_asked_for(at_once):
    made, is_made = [], threading.Semaphore(0)

    def items():
        for number in range(1, 20):
            made.append(number)
            is_made.release()
            yield number

    with closing(ahead(items(), at_once)) as coming:
        assert next(coming) == 1
        for _ in range(at_once + 1):
            assert is_made.acquire(timeout=10)
        assert not is_made.acquire(timeout=0.05), "one more was made"
        assert made == list(range(1, at_once + 2))


def test_what_cannot_be_made_is_raised_in_its_turn():
    def items():
        yield 1
        raise LookupError("the second")

    coming = ahead(items())
    assert next(coming) == 1
    with pytest.raises(LookupError, match="the second"):
        next(coming)

"""What erasing finds in a text, replaying finds by hashes alone, and nothing else."""

import base64
import json

from hypothesis import example, given
from hypothesis import strategies as st

from jobs.bronze.named_keys import candidates
from jobs.erasing.forms import Trader
from pumploss.lake.tombstones import Marks, hashed
from sources.interpreting.addresses import encode
from tests.building.addresses import address

KEY = b"k" * 32
ANN, BOB = Trader(address("ann")), Trader(address("bob"))
LETTERS = st.text(st.sampled_from('019aAfFnuzZ+/-_=\\",\n {}é'), max_size=30)
BYTES = st.binary(max_size=12)
KEYS = st.one_of(
    st.just(ANN.names[1]),
    st.binary(min_size=32, max_size=32),
    st.binary(max_size=32).map(lambda raw: raw.ljust(32, b"\0")),
    st.binary(max_size=32).map(lambda raw: raw.rjust(32, b"\0")),
)


def is_kept_out(trader: Trader, text: str) -> bool:
    marks = Marks(KEY, frozenset(hashed(KEY, name) for name in trader.names))
    return any(map(marks.hold, candidates(text)))


@st.composite
def written(draw, key):
    """Writes a key in some way, with anything before and after it, of the same bytes and of the same line."""
    data = draw(BYTES) + key + draw(BYTES)
    mixed = "".join(draw(st.sampled_from([letter, letter.upper()])) for letter in data.hex())
    packed = base64.b64encode(data).decode()
    whole = draw(st.sampled_from([encode(key), mixed, packed, packed.translate(str.maketrans("+/", "-_"))]))
    text = draw(LETTERS) + whole + draw(LETTERS)
    for _ in range(draw(st.integers(0, 2))):
        text = json.dumps(text).replace("/", draw(st.sampled_from(["/", "\\/"])))
    return text[draw(st.integers(0, 4)) : len(text) - draw(st.integers(0, 4))]


@given(st.data(), KEYS)
def test_whatever_erasing_removes_a_replay_removes(data, key):
    trader, text = Trader(encode(key)), data.draw(written(key))
    assert is_kept_out(trader, text) == trader.is_in(text.encode())
    if trader != BOB:
        assert not is_kept_out(BOB, text)


@given(LETTERS)
@example("x")
@example("buy\\n")
@example("z" * 60)
def test_letters_before_an_address_hide_nobody(before):
    for text in (before + ANN.address, before + ANN.names[1].hex().upper(), ANN.address + before):
        assert ANN.is_in(text.encode())
        assert is_kept_out(ANN, text)


def test_letters_that_are_not_there_are_nobodys():
    zeros = Trader(encode(bytes(32)))
    for text, is_there in (("A" * 41 + "B", False), ("B" + "A" * 41, False), ("A" * 42, True), ("A" * 42 + "B", True)):
        assert (is_kept_out(zeros, text), zeros.is_in(text.encode())) == (is_there, is_there), text


def test_base64_that_lost_its_first_and_last_letters_is_found_as_far_as_erasing_finds_it():
    for before in range(3):
        text = base64.b64encode(bytes(before) + ANN.names[1] + b"tail").decode()
        for start in range(6):
            for end in range(len(text), 40, -1):
                cut = text[start:end]
                assert is_kept_out(ANN, cut) == ANN.is_in(cut.encode()), cut

"""The places of pieces by their hashes: those that are there are found, and most others are known to be nowhere."""

from __future__ import annotations

from dh_secrets_jupyter.guard.engine.hashed_places import HashedPlaces, sorted_by_hash

from .alike import chars

PIECES = [chars(12, number).encode() for number in range(2000)]


def test_each_piece_is_found_at_all_its_places_in_order() -> None:
    """Also where it stands many times."""
    table = HashedPlaces(*sorted_by_hash(PIECES * 3, range(3 * len(PIECES))))
    for number, piece in enumerate(PIECES):
        assert {number, number + 2000, number + 4000} <= set(table.find(hash(piece)))
        assert list(table.find(hash(piece))) == sorted(table.find(hash(piece)))


def test_most_pieces_that_stand_nowhere_need_no_search() -> None:
    """All that are there may stand there, and of others one of eight at most, but for chance."""
    table = HashedPlaces(*sorted_by_hash(PIECES, range(len(PIECES))))
    assert list(table.may_hold(list(map(hash, PIECES)))) == list(range(len(PIECES)))
    others = [hash(chars(12, ("other", number))) for number in range(2000)]
    assert len(list(table.may_hold(others))) < len(others) / 4


def test_nothing_is_in_a_table_of_nothing() -> None:
    """It is false, and whatever is looked up stands nowhere."""
    table = HashedPlaces(*sorted_by_hash([], []))
    assert not table
    assert list(table.may_hold([hash(b"a"), hash(b"b")])) == []
    assert list(table.find(hash(b"a"))) == []

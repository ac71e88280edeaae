import pytest

from server.chunks import Chunks

WHOLE = [
    b"0\r\n\r\n",
    b"000;why=not\r\n\r\n",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"5\r\n0\r\n\r\n\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n",
]


@pytest.mark.parametrize("body", WHOLE)
def test_the_end_is_the_end_and_nothing_before_it(body: bytes) -> None:
    chunks = Chunks()
    assert [chunks.are_whole(body[:size]) for size in range(len(body) + 1)] == [False] * len(body) + [True]


@pytest.mark.parametrize("body", WHOLE)
def test_what_follows_does_not_matter(body: bytes) -> None:
    assert Chunks().are_whole(body + b"GET / HTTP/1.1")


@pytest.mark.parametrize("body", [b"zz\r\n", b"\r\n", b"5\r\nhello\r\n;\r\n"])
def test_nothing_is_waited_for_behind_what_is_no_chunk(body: bytes) -> None:
    assert Chunks().are_whole(body)

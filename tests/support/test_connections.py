"""What servers of bytes share."""

from __future__ import annotations

import socket

from .connections import forward, read_head, serving


def test_each_connection_is_served_and_closed() -> None:
    """Several at once, each by a thread of its own; what breaks in one ends that one alone."""

    def answer(connection: socket.socket) -> None:
        head = read_head(connection)
        if b"break" in head:
            raise ConnectionResetError
        connection.sendall(head.upper())

    with serving(answer) as port:
        clients = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(3)]
        for client, text in zip(clients, (b"one", b"break", b"two"), strict=True):
            client.sendall(text + b"\r\n\r\n")
        answers = [b"".join(iter(lambda client=client: client.recv(100), b"")) for client in clients]  # type: ignore[misc]  # mypy: defaults of lambdas
        assert answers == [b"ONE\r\n\r\n", b"", b"TWO\r\n\r\n"]
        for client in clients:
            client.close()


def test_the_port_is_closed_with_the_block() -> None:
    """Nobody is taken any more afterwards."""
    with serving(read_head) as port:
        pass
    with socket.socket() as late:
        assert late.connect_ex(("127.0.0.1", port)) != 0


def test_a_head_that_does_not_end_is_none() -> None:
    """A client that leaves in the middle of one has asked nothing."""
    client, server = socket.socketpair()
    client.sendall(b"GET / HTTP/1.1\r\n")
    client.close()
    with server:
        assert read_head(server) == b""


def test_the_end_of_one_direction_leaves_the_other() -> None:
    """An end is passed on as such: answers still come; unless both are to end."""
    for ends, left in ((socket.SHUT_WR, b"answer"), (socket.SHUT_RDWR, b"")):
        client, ours = socket.socketpair()
        theirs, server = socket.socketpair()
        with client, ours, theirs, server:
            client.sendall(b"question")
            client.shutdown(socket.SHUT_WR)
            forward(ours, theirs, ends=ends)
            assert server.recv(100) == b"question"
            if left:
                server.sendall(left)
            assert theirs.recv(100) == left

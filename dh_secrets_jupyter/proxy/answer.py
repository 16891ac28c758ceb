"""What of a host's answer goes on to the client: without values, and not compressed."""

from __future__ import annotations

from collections.abc import Iterator

import h11

from .decoding import CODINGS, Decoder
from .put_in import Headers
from .refusal import RefusedError
from .session import Session

_WITHOUT_BODY = frozenset({204, 304})
_BETWEEN = b"\n"
"""Between the texts of a head: no header has one."""
_OF_THE_CODING = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


class Answer:
    """One answer's head, body and trailers, as they stream.

    Args:
        session: whose values are taken out.
        method: of the request.
        response: its head.

    Raises:
        RefusedError: its body is compressed in a way that is not known here.
    """

    def __init__(self, session: Session, method: bytes, response: h11.Response) -> None:
        self._session = session
        self._body = session.take_out()
        self._decoder = self._find_decoder(method, response)
        headers = response.headers.raw_items()
        if self._decoder:
            headers = [header for header in headers if header[0].lower() not in _OF_THE_CODING]
        ((reason, _), *headers) = cleaned(session, [(response.reason, b""), *headers])
        self.head = h11.Response(
            status_code=response.status_code,
            headers=headers,
            reason=reason,
        )

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yields what of the body may go on.

        Raises:
            UndecodableError: it is not compressed as it says.
        """
        for piece in self._decoder.feed(data) if self._decoder else [data]:
            if made := self._body.feed(piece):
                yield made

    def finish(self, trailers: Headers) -> Iterator[h11.Event]:
        """Yields what is held of the body, and its end.

        Raises:
            UndecodableError: the body breaks off.
        """
        if self._decoder:
            self._decoder.finish()
        if rest := self._body.finish():
            yield h11.Data(data=rest)
        yield h11.EndOfMessage(headers=cleaned(self._session, trailers))

    def _find_decoder(self, method: bytes, response: h11.Response) -> Decoder | None:
        named = [content for key, content in response.headers if key == b"content-encoding"]
        codings = [one.strip().lower() for one in b",".join(named).decode("latin-1").split(",")]
        codings = [one for one in codings if one not in ("", "identity")]
        if not codings or method == b"HEAD" or response.status_code in _WITHOUT_BODY:
            return None
        if len(codings) > 1 or codings[0] not in CODINGS:
            raise RefusedError(
                502, "the answer is compressed in a way that cannot be searched", "Ask the host for gzip"
            )
        return Decoder()


def cleaned(session: Session, headers: Headers) -> Headers:
    """Returns headers without values."""
    texts = iter(_cleaned(session, [text for header in headers for text in header]))
    return list(zip(texts, texts, strict=True))


def _cleaned(session: Session, texts: list[bytes]) -> list[bytes]:
    """Searches all of them at once, since a search costs more than its bytes; each stays as long as it is."""
    stream, at, out = session.take_out(), 0, []
    whole = stream.feed(_BETWEEN.join(texts)) + stream.finish()
    for text in texts:
        out.append(whole[at : at + len(text)])
        at += len(text) + len(_BETWEEN)
    return out

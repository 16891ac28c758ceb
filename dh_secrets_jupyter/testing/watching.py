"""What a provider tells those who watch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from ..models import Metadata
from ..providers.base import Provider, Remove
from .samples import FULL, PATIENCE, given, just, put, values


@contextmanager
def _watching(provider: Provider, project: str) -> Iterator[Callable[[dict[str, bytes]], None]]:
    """Watches in a thread; gives a function that waits until the project was seen with just these values."""
    stop, news = threading.Event(), threading.Condition()
    seen: list[dict[str, bytes]] = []

    def follow() -> None:
        for records in provider.watch(project, stop):
            with news:
                seen.append(values(records))
                news.notify_all()

    def expect(wanted: dict[str, bytes]) -> None:
        with news:
            assert news.wait_for(lambda: seen[-1:] == [wanted], PATIENCE), f"not seen: {sorted(wanted)}"

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(follow)
        try:
            yield expect
        finally:
            stop.set()
            following.result(PATIENCE)


class Watching:
    """While others write."""

    def test_a_watch_sees_every_change(self, provider: Provider, another: Provider, project: str) -> None:
        """A watch begins with what is there, and shows what others create, change and delete, the last one too."""
        with _watching(provider, project) as expect:
            expect({})
            another.write(project, just(put("A", b"one")))
            expect({"A": b"one"})
            another.write(project, just(put("A", b"two"), put("B", b"")))
            expect({"A": b"two", "B": b""})
            another.write(project, just(Remove("A"), Remove("B")))
            expect({})
            another.write(project, just(put("C", b"again")))
            expect({"C": b"again"})

    def test_a_watch_begins_with_what_is_there(self, provider: Provider, another: Provider, project: str) -> None:
        """The first look has the secrets, not only what changes later; metadata alone is a change, too."""
        another.write(project, just(put("A")))
        stop = threading.Event()
        watch = provider.watch(project, stop)
        first = next(watch)
        another.write(project, just(put("A", metadata=FULL)))
        later = next(found for found in watch if given(provider, found["A"].metadata) != Metadata())
        stop.set()
        assert given(provider, first["A"].metadata) == Metadata()
        assert given(provider, later["A"].metadata) == given(provider, FULL)
        assert list(watch) == []

    def test_a_watch_of_another_project_is_not_disturbed(
        self, provider: Provider, another: Provider, project: str
    ) -> None:
        """A watch shows its own project alone."""
        with _watching(provider, project) as expect:
            another.write(f"{project}-b", just(put("A")))
            another.write(project, just(put("B")))
            expect({"B": b"contract-value"})
        another.write(f"{project}-b", just(Remove("A")))

    def test_a_stopped_watch_ends(self, provider: Provider, project: str) -> None:
        """A watch that is stopped while nothing happens ends by itself, and one stopped before yields no news."""
        with _watching(provider, project) as expect:
            expect({})
        stop = threading.Event()
        stop.set()
        assert len(list(provider.watch(project, stop))) <= 1

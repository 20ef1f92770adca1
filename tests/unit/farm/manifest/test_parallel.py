"""Work by threads keeps its order and its bound."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from farm.manifest.parallel import in_order


def test_results_come_in_the_order_of_the_items() -> None:
    """Also when the first item takes longest."""
    last = Event()

    def work(number: int) -> int:
        if number == 0:
            assert last.wait(timeout=30)
        if number == 3:
            last.set()
        return number * 10

    with ThreadPoolExecutor(4) as threads:
        assert [0, 10, 20, 30] == list(in_order(threads, work, range(4), window=8))


def test_items_that_are_known_go_to_no_thread() -> None:
    """They keep their place between the others."""
    asked: list[int] = []

    def work(number: int) -> int:
        asked.append(number)
        return -number

    with ThreadPoolExecutor(1) as threads:
        made = in_order(threads, work, range(1, 7), window=3, known=lambda n: n if n % 2 else None)

        assert [1, -2, 3, -4, 5, -6] == list(made)
    assert [2, 4, 6] == asked


def test_no_more_than_the_window_is_taken_ahead() -> None:
    """A list of a million rows is never held as a million tasks."""
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(2) as threads:
        made = in_order(threads, lambda number: number, items(), window=5)

        assert 0 == next(made)
        assert len(taken) <= 5


def test_an_error_in_a_thread_is_raised_in_its_place() -> None:
    """What came before it is yielded first."""

    def work(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        return number

    seen: list[int] = []
    with ThreadPoolExecutor(2) as threads, pytest.raises(ValueError, match="two"):
        seen.extend(in_order(threads, work, range(5), window=3))
    assert seen in ([], [0, 1])

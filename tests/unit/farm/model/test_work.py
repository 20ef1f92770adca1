"""What an inspection's history says of its next attempt."""

from __future__ import annotations

from farm.model.batch import AppId, AppRef, InspectionId, Work
from farm.model.inspection import Suite
from workers.model.outcome import Outcome


def _work(last: Outcome | None, tool_attempts: int = 0) -> Work:
    """Return an inspection whose last attempt ended so."""
    return Work(
        inspection_id=InspectionId(1),
        app_id=AppId(1),
        app=AppRef(url="s3://b/a.apk"),
        suite=Suite.STATIC,
        alone=False,
        tool_attempts=tool_attempts,
        lone_deaths=0,
        infra_attempts=0,
        not_before=0.0,
        last=last,
    )


def test_an_app_is_suspect_once_a_tool_failed_on_it() -> None:
    """Whatever came after that, and also when a person has asked for another try since."""
    works = [_work(None), _work(Outcome.WORKER_LOST), _work(Outcome.DRIVER_RESTARTED, 1), _work(Outcome.WORKER_DIED)]

    assert [False, False, True, True] == [work.suspect for work in works]


def test_only_an_attempt_without_a_lasting_word_is_unfinished() -> None:
    """What was inspected, hides or cannot be inspected has come to its end."""
    ended = [None, Outcome.INSPECTED, Outcome.PACKED, Outcome.NOT_AN_APK]
    nothing = [Outcome.WORKER_LOST, Outcome.WORKER_DIED, Outcome.UPLOAD_FAILED, Outcome.CANCELLED]

    assert [False] * 4 == [_work(last).unfinished for last in ended]
    assert [True] * 4 == [_work(last).unfinished for last in nothing]

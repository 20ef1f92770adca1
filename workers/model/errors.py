"""Errors that end an inspection with an outcome; the suite raises them, `workers.inspect` turns them into evidence."""

from __future__ import annotations

from workers.model.outcome import Outcome


class InspectionError(Exception):
    """An inspection cannot go on; the docstring of each subclass is its default message."""

    outcome: Outcome = Outcome.ENGINE_ERROR

    def __init__(self, message: str = "") -> None:
        """Take `message`, or the class docstring."""
        super().__init__(message or (self.__doc__ or "").strip())


class NotAnApkError(InspectionError):
    """The file is not a zip with an AndroidManifest.xml."""

    outcome = Outcome.NOT_AN_APK


class MalformedError(InspectionError):
    """The file claims to be an APK, but its structure cannot be read."""

    outcome = Outcome.MALFORMED


class OverLimitError(InspectionError):
    """The app is larger than one of the limits; each has a subclass with its outcome."""


class OverSizeLimitError(OverLimitError):
    """The file is larger than the limit."""

    outcome = Outcome.OVER_SIZE_LIMIT


class OverEntryLimitError(OverLimitError):
    """The archive has more entries than the limit."""

    outcome = Outcome.OVER_ENTRY_LIMIT


class OverInflateLimitError(OverLimitError):
    """A member, or all of them together, inflate to more than the limit."""

    outcome = Outcome.OVER_INFLATE_LIMIT


class OverStringLimitError(OverLimitError):
    """The dex files have more strings than the limit."""

    outcome = Outcome.OVER_STRING_LIMIT


class OverCodeLimitError(OverLimitError):
    """The dex files have more bytes or instructions than the limit."""

    outcome = Outcome.OVER_CODE_LIMIT


class TimeLimitError(InspectionError):
    """The app used up its time."""

    outcome = Outcome.TIMEOUT


class MemoryLimitError(InspectionError):
    """The app used up its memory."""

    outcome = Outcome.OUT_OF_MEMORY


class SandboxFailedError(InspectionError):
    """The sandbox did not start, before it had anything to do with the app; farm doctor says what works here."""


class UnreadError(Exception):
    """Bytes of the file could not be had: not the app's doing, so no outcome of it; its cause says why."""

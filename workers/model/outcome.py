"""How an attempt ended: the closed set of outcomes, each with its class."""

from __future__ import annotations

from enum import StrEnum


class OutcomeClass(StrEnum):
    """Who or what an outcome speaks about; the retry policy depends on nothing else."""

    OK = "ok"
    """The suite ran and its evidence is stored."""
    INPUT = "input"
    """The object is not something that can be inspected; trying again cannot help."""
    APP = "app"
    """The app hides from this suite: unknown, never clean."""
    TOOL = "tool"
    """Our own tool failed on this app."""
    INFRA = "infra"
    """The machinery failed; the app is innocent."""
    DEVICE = "device"
    """A device failed; another one may do."""
    CANCELLED = "cancelled"
    """A person stopped it."""


class Outcome(StrEnum):
    """How one attempt ended."""

    INSPECTED = "inspected"
    """The whole suite ran."""
    INSPECTED_PARTLY = "inspected_partly"
    """The suite ran, but something could not be read; the evidence says what."""
    MISSING_OBJECT = "missing_object"
    """The object is no longer in the store."""
    CHANGED_OBJECT = "changed_object"
    """The object is not the one that was submitted."""
    NOT_AN_APK = "not_an_apk"
    """The bytes are not a zip with an Android manifest."""
    MALFORMED = "malformed"
    """It claims to be an APK, but no Android would read it."""
    OVER_SIZE_LIMIT = "over_size_limit"
    """The file is larger than the limit."""
    OVER_ENTRY_LIMIT = "over_entry_limit"
    """Its archive has more entries than the limit."""
    PACKED = "packed"
    """The app's own code is encrypted or loaded by a packer: the suite saw only the shell."""
    OVER_INFLATE_LIMIT = "over_inflate_limit"
    """A member that is needed, or all of them together, inflate to more than the limit."""
    OVER_STRING_LIMIT = "over_string_limit"
    """The dex files have more strings than the limit."""
    OVER_CODE_LIMIT = "over_code_limit"
    """The dex files have more bytes or instructions than the limit."""
    NATIVE_CODE_NEEDED = "native_code_needed"
    """The app does not go on without native code that the backend cannot run."""
    CRASHED_AT_LAUNCH = "crashed_at_launch"
    """The app ended before its first screen was shown."""
    LOGIN_WALL = "login_wall"
    """Everything lies behind a login that nobody could pass."""
    NO_LAUNCHER = "no_launcher"
    """The app has no screen that a user could start."""
    ENGINE_ERROR = "engine_error"
    """The suite raised an error that it should not have raised."""
    TIMEOUT = "timeout"
    """The app used up its deadline, alone."""
    OUT_OF_MEMORY = "out_of_memory"
    """The app used up its memory limit."""
    WORKER_DIED = "worker_died"
    """The worker process died while it had this app alone."""
    WORKER_LOST = "worker_lost"
    """The worker process died with several apps in hand; each is a suspect, none is blamed."""
    NODE_LOST = "node_lost"
    """The machine went away."""
    BACKEND_MISSING = "backend_missing"
    """This machine lacks what the dynamic suite runs apps with; another one may have it."""
    STORE_UNAVAILABLE = "store_unavailable"
    """The object store did not answer, or refused."""
    UPLOAD_FAILED = "upload_failed"
    """The evidence could not be written."""
    DRIVER_RESTARTED = "driver_restarted"
    """The driver stopped or died before the attempt ended."""
    CANCELLED = "cancelled"
    """A person cancelled the batch while the attempt ran."""

    @property
    def outcome_class(self) -> OutcomeClass:
        """The class that decides what happens next."""
        return _CLASS[self]


_CLASS: dict[Outcome, OutcomeClass] = {
    Outcome.INSPECTED: OutcomeClass.OK,
    Outcome.INSPECTED_PARTLY: OutcomeClass.OK,
    Outcome.MISSING_OBJECT: OutcomeClass.INPUT,
    Outcome.CHANGED_OBJECT: OutcomeClass.INPUT,
    Outcome.NOT_AN_APK: OutcomeClass.INPUT,
    Outcome.MALFORMED: OutcomeClass.INPUT,
    Outcome.OVER_SIZE_LIMIT: OutcomeClass.INPUT,
    Outcome.OVER_ENTRY_LIMIT: OutcomeClass.INPUT,
    Outcome.PACKED: OutcomeClass.APP,
    Outcome.OVER_INFLATE_LIMIT: OutcomeClass.APP,
    Outcome.OVER_STRING_LIMIT: OutcomeClass.APP,
    Outcome.OVER_CODE_LIMIT: OutcomeClass.APP,
    Outcome.NATIVE_CODE_NEEDED: OutcomeClass.APP,
    Outcome.CRASHED_AT_LAUNCH: OutcomeClass.APP,
    Outcome.LOGIN_WALL: OutcomeClass.APP,
    Outcome.NO_LAUNCHER: OutcomeClass.APP,
    Outcome.ENGINE_ERROR: OutcomeClass.TOOL,
    Outcome.TIMEOUT: OutcomeClass.TOOL,
    Outcome.OUT_OF_MEMORY: OutcomeClass.TOOL,
    Outcome.WORKER_DIED: OutcomeClass.TOOL,
    Outcome.WORKER_LOST: OutcomeClass.INFRA,
    Outcome.NODE_LOST: OutcomeClass.INFRA,
    Outcome.BACKEND_MISSING: OutcomeClass.INFRA,
    Outcome.STORE_UNAVAILABLE: OutcomeClass.INFRA,
    Outcome.UPLOAD_FAILED: OutcomeClass.INFRA,
    Outcome.DRIVER_RESTARTED: OutcomeClass.INFRA,
    Outcome.CANCELLED: OutcomeClass.CANCELLED,
}

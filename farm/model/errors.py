"""Errors that teach: one root, one class per failure, each with an exit code and the next step."""

from __future__ import annotations


class FarmError(Exception):
    """Something the user can act on; `main` prints it without a traceback and exits with its code."""

    exit_code = 1
    next_step = ""

    def __init__(self, message: str = "", *, next_step: str = "") -> None:
        """Take a message (default: the class docstring) and what to do next (default: the class's)."""
        super().__init__(message or (self.__doc__ or "").strip())
        if next_step:
            self.next_step = next_step


class UsageError(FarmError):
    """The command's words do not fit together."""

    exit_code = 2


class ConfigError(FarmError):
    """A setting has a value that cannot be used."""

    exit_code = 3
    next_step = "Correct the setting; docs/reference/settings.md has every one."


class SourceError(FarmError):
    """The source of a batch cannot be read or holds no apps."""

    exit_code = 4


class BadRowsError(SourceError):
    """Some rows of the list cannot be used."""

    next_step = "Correct the rows, or leave them out with --skip-bad-rows."


class UnknownBatchError(FarmError):
    """There is no such batch."""

    exit_code = 5
    next_step = "List the batches with 'farm status'."


class UnknownTargetError(FarmError):
    """There is no such target."""

    exit_code = 5
    next_step = "Set one with 'farm target set 2026 --apps 2080000'."


class BatchNameTakenError(FarmError):
    """Another batch has this name."""

    exit_code = 5
    next_step = "Choose another --name."


class StoreError(FarmError):
    """The object store did not answer or refused."""

    exit_code = 6
    next_step = "Check FARM_STORE, FARM_S3_ENDPOINT and the AWS_* credentials; 'farm doctor' tries them."


class ObjectMissingError(StoreError):
    """There is no such object."""


class RangesIgnoredError(StoreError):
    """The store answers a request for a part of an object with the whole of it."""

    next_step = "Use an S3 server that answers Range requests."


class ObjectChangedError(StoreError):
    """The object is not the one that was asked for: its etag or version differs."""


class LedgerError(FarmError):
    """The ledger cannot be opened or written."""

    exit_code = 7
    next_step = "Check FARM_LEDGER and the disk; nothing that was committed is lost."


class LeaseLostError(LedgerError):
    """Another driver has taken over the shard; this one's results are refused."""


class IllegalTransitionError(LedgerError):
    """A state was asked to change in a way that the transition table does not allow."""


class ClusterError(FarmError):
    """The Ray cluster cannot be reached or cannot run the work."""

    exit_code = 8
    next_step = "Check --address, or leave it out to run on this machine."


class RulePackError(FarmError):
    """A rule pack is not valid."""

    exit_code = 9


class UnfinishedError(FarmError):
    """The command ended, but work remains."""

    exit_code = 10


class UninspectableError(FarmError):
    """The app could not be inspected."""

    exit_code = 11


class InterruptedByUserError(FarmError):
    """Stopped by the user; everything committed is kept, the rest is pending."""

    exit_code = 130
    next_step = "Go on with 'farm run'."

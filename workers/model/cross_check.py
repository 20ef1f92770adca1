"""What a second reading of an app came to: agreement, or the facts on which two readers differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """A fact that is read twice: the closed set of what readers can differ on."""

    PACKAGE = "package"
    VERSION_CODE = "version_code"
    VERSION_NAME = "version_name"
    MIN_SDK = "min_sdk"
    TARGET_SDK = "target_sdk"
    PERMISSIONS = "permissions"
    """Names of `<uses-permission>`, each with its `maxSdkVersion`."""
    COMPONENTS = "components"
    """Kind and name of each activity, alias, service, receiver and provider."""
    EXPORTED = "exported"
    """The components that other apps can reach."""
    FILTERS = "filters"
    """Actions, categories and data of the components' intent filters."""
    SIGNERS = "signers"
    """Scheme and SHA-256 of each certificate."""


class CrossVerdict(StrEnum):
    """How a second reading ended."""

    AGREED = "agreed"
    DISAGREED = "disagreed"
    ORACLE_FAILED = "oracle_failed"
    """The second reader could not read the app: no word against the first one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Disagreement:
    """One fact on which the readers differ."""

    field: Field
    ours: tuple[str, ...]
    """The first values that only the suite's reader has; bounded text."""
    theirs: tuple[str, ...]
    """The first values that only the second reader has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossCheck:
    """What a second reading of one app came to."""

    disagreements: tuple[Disagreement, ...] = ()
    failure: str = ""
    """Why the second reader could not read the app; empty if it could."""

    @property
    def verdict(self) -> CrossVerdict:
        """How it ended."""
        if self.failure:
            return CrossVerdict.ORACLE_FAILED
        return CrossVerdict.DISAGREED if self.disagreements else CrossVerdict.AGREED

    @property
    def sentence(self) -> str:
        """One sentence for a person on what differs; empty unless the readers disagree."""
        if self.verdict is not CrossVerdict.DISAGREED:
            return ""
        fields = ", ".join(item.field.value for item in self.disagreements)
        first = self.disagreements[0]
        examples = [f"{who} {values[0]}" for who, values in (("we", first.ours), ("it", first.theirs)) if values]
        return f"androguard disagrees on {fields} ({first.field.value}: {', '.join(examples)})."

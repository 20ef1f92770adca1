"""The classes of behaviour that the golden apps are judged by, and what stands for one behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class BehaviourClass(StrEnum):
    """A question that the suite answers about an app; each gets its own precision and recall."""

    OUTCOME = "outcome"
    """How the inspection ended: `inspected`."""
    CONSENT = "consent"
    """The question for consent: `kind dialog`, `preticked no`, `refuse yes`, `outcome quits`."""
    BEFORE_CONSENT = "before_consent"
    """Personal information read in the cold start: kind and subject, `imei app`."""
    TIMING = "timing"
    """When it was first read in the cold start; judged where the expectation names a time: `imei app 10-11 s`."""
    FREQUENCY = "frequency"
    """Personal information read at least twenty times in the cold start: kind and subject."""
    AFTER_REFUSAL = "after_refusal"
    """Personal information read after the user has refused: kind and subject."""
    AFTER_CONSENT = "after_consent"
    """Personal information read after the user has agreed, in the exploration: kind and subject."""
    BACKGROUND = "background"
    """Personal information read in the background: kind and subject."""
    SELF_START = "self_start"
    """Personal information read after the app has started itself: kind and subject."""
    SINKS = "sinks"
    """Where a planted value went: kind of the value and kind of the sink, `imei log`."""
    BEHAVIOUR = "behaviour"
    """What the app did besides reading: `cold_start download`, or `later download`."""
    PERMISSIONS = "permissions"
    """How it asked for permissions: `at_start`, `all_at_once`; `again_at_once`, `again_after_restart` after denial."""
    FINDINGS = "findings"
    """What the rule packs make of the run: code and subject, `miit164.B1.s1.refuse_quits app`."""


Behaviours = Mapping[BehaviourClass, frozenset[str]]
"""What is expected of an app, or was seen of it: texts by class; a class without texts may be absent."""

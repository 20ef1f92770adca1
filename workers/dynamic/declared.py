"""What the manifest declares, as the phases need it."""

from __future__ import annotations

from dataclasses import dataclass

from workers.dynamic.backend import ComponentKind
from workers.static.readers.manifest_model import ComponentKind as Element
from workers.static.readers.manifest_model import Manifest

_KINDS = {
    Element.ACTIVITY: ComponentKind.ACTIVITY,
    Element.SERVICE: ComponentKind.SERVICE,
    Element.RECEIVER: ComponentKind.RECEIVER,
    Element.PROVIDER: ComponentKind.PROVIDER,
}
SYSTEM_ACTIONS = (
    "android.intent.action.BOOT_COMPLETED",
    "android.intent.action.USER_PRESENT",
    "android.net.conn.CONNECTIVITY_CHANGE",
)
"""What every phone broadcasts soon: it was switched on, unlocked, and changes its network."""
_MAX_ACTIONS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """The app's own parts; names are hostile texts."""

    package: str
    target_sdk: int
    launcher: str | None
    """Class of the activity that a user starts, behind an alias if there is one."""
    components: tuple[tuple[ComponentKind, str], ...] = ()
    """Each once, those that are disabled left out."""
    actions: tuple[str, ...] = SYSTEM_ACTIONS
    """Broadcasts that may wake the app: the system's, then those that its receivers declare."""
    processes: tuple[str, ...] = ()
    """Processes besides the app's main one."""

    @classmethod
    def of(cls, manifest: Manifest) -> Declared:
        """Return what `manifest` declares."""
        components = [item for item in manifest.components if item.enabled]
        disabled = {item.name for item in manifest.components if not item.enabled}
        targets = {item.name: item.target for item in manifest.components if item.target}
        own = (action for item in components if item.kind is Element.RECEIVER for action in sorted(item.actions))
        found = ((_KINDS[item.kind], item.name) for item in components if item.kind in _KINDS)
        package = manifest.package or ""
        return cls(
            package=package,
            target_sdk=manifest.level,
            launcher=next((targets.get(name, name) for name in manifest.launchers if name not in disabled), None),
            components=tuple(dict.fromkeys(found)),
            actions=tuple(dict.fromkeys((*SYSTEM_ACTIONS, *own)))[:_MAX_ACTIONS],
            processes=tuple(sorted({item.process for item in components if item.process} - {package})),
        )

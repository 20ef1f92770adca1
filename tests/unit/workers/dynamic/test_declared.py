"""What the phases take from the manifest."""

from __future__ import annotations

from workers.dynamic.backend import ComponentKind
from workers.dynamic.declared import SYSTEM_ACTIONS, Declared
from workers.static.readers.manifest_model import Component, IntentFilter, Manifest, Reader
from workers.static.readers.manifest_model import ComponentKind as Element


def _component(kind: Element, name: str, *actions: str, **fields: object) -> Component:
    """Return a component with one filter."""
    filters = (IntentFilter(actions=actions),) if actions else ()
    return Component(kind=kind, name=name, exported=True, filters=filters, **fields)  # type: ignore[arg-type]


def _declared(*components: Component, **fields: object) -> Declared:
    """Return what a manifest with these components declares."""
    return Declared.of(Manifest(reader=Reader.APK_INFO, package="a", components=components, **fields))  # type: ignore[arg-type]


def test_the_launcher_is_the_activity_behind_its_alias() -> None:
    """An alias is no class."""
    declared = _declared(
        _component(Element.ACTIVITY, "a.Main"),
        _component(Element.ACTIVITY_ALIAS, "a.Alias", target="a.Main"),
        launchers=("a.Alias",),
    )
    assert "a.Main" == declared.launcher
    assert ((ComponentKind.ACTIVITY, "a.Main"),) == declared.components


def test_broadcasts_are_the_systems_and_those_of_the_receivers() -> None:
    """Each once; what activities listen to is no broadcast."""
    declared = _declared(
        _component(Element.RECEIVER, "a.R", "b.PUSH", SYSTEM_ACTIONS[0], "b.ALARM"),
        _component(Element.ACTIVITY, "a.Main", "b.OPEN"),
        _component(Element.RECEIVER, "a.Off", "b.OFF", enabled=False),
    )
    assert (*SYSTEM_ACTIONS, "b.ALARM", "b.PUSH") == declared.actions


def test_broadcasts_are_bounded() -> None:
    """A manifest can declare thousands."""
    declared = _declared(_component(Element.RECEIVER, "a.R", *(f"b.{number}" for number in range(5_000))))
    assert 40 == len(declared.actions)


def test_other_processes_are_named() -> None:
    """They are not started as such, and the report says so."""
    declared = _declared(
        _component(Element.SERVICE, "a.S", process="a:push"), _component(Element.SERVICE, "a.T", process="a")
    )
    assert ("a:push",) == declared.processes

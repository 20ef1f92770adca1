"""Ways in which the app starts without the user: receivers, sync adapters, services open to others."""

from __future__ import annotations

from workers.data.attribution import Attribution, attribution_for
from workers.model.bounded import Rows, optional, text, texts
from workers.model.evidence import JSON
from workers.model.fact import CALLER, SDK, Fact
from workers.static.readers.manifest_model import Component, ComponentKind
from workers.static.view import StaticView


def _keys(rows: str) -> dict[str, str]:
    """Return the keys of a list of components."""
    return {
        f"{rows}[].name": "class of the component",
        f"{rows}[].sdk": SDK,
        f"{rows}[].actions": "actions that start it; of a receiver only broadcasts that come without the user",
        f"{rows}[].exported": "whether other apps reach it",
        f"{rows}[].enabled": "whether it is switched on",
        f"{rows}[].permission": "what a caller must hold",
        f"{rows}[].open": "whether any app can start it: exported, switched on, no permission",
        f"{rows}[].process": "process of its own",
        f"{rows}[].priority": "highest priority of its filters",
    }


FACT = Fact(
    name="self_start",
    what="ways in which the app starts without the user",
    source="manifest, dex",
    blind="whether it really starts, and how often; from target 26 on Android delivers few broadcasts to manifests",
    keys={
        "receivers": "receivers of broadcasts of the system",
        **_keys("receivers"),
        "sync_adapters": "services that synchronise",
        **_keys("sync_adapters"),
        "authenticators": "services for accounts",
        **_keys("authenticators"),
        "exported_services": "services that others can start",
        **_keys("exported_services"),
        "registered_in_code": "where code makes a filter for such a broadcast; at most 1,000",
        "registered_in_code[].caller": CALLER,
        "registered_in_code[].action": "the broadcast",
        "registered_in_code[].sdk": SDK,
    },
)
"""What this module tells."""

_ACTIONS = frozenset(
    {
        "android.intent.action.BOOT_COMPLETED",
        "android.intent.action.LOCKED_BOOT_COMPLETED",
        "android.intent.action.QUICKBOOT_POWERON",
        "com.htc.intent.action.QUICKBOOT_POWERON",
        "android.intent.action.REBOOT",
        "android.intent.action.USER_PRESENT",
        "android.intent.action.USER_UNLOCKED",
        "android.intent.action.SCREEN_ON",
        "android.intent.action.SCREEN_OFF",
        "android.intent.action.ACTION_POWER_CONNECTED",
        "android.intent.action.ACTION_POWER_DISCONNECTED",
        "android.intent.action.BATTERY_CHANGED",
        "android.intent.action.BATTERY_OKAY",
        "android.intent.action.BATTERY_LOW",
        "android.intent.action.TIME_TICK",
        "android.intent.action.TIME_SET",
        "android.intent.action.TIMEZONE_CHANGED",
        "android.intent.action.DATE_CHANGED",
        "android.intent.action.AIRPLANE_MODE",
        "android.intent.action.MEDIA_MOUNTED",
        "android.intent.action.MEDIA_UNMOUNTED",
        "android.intent.action.MEDIA_EJECT",
        "android.intent.action.PACKAGE_ADDED",
        "android.intent.action.PACKAGE_REMOVED",
        "android.intent.action.PACKAGE_FULLY_REMOVED",
        "android.intent.action.PACKAGE_REPLACED",
        "android.intent.action.PACKAGE_CHANGED",
        "android.intent.action.PACKAGE_INSTALL",
        "android.intent.action.PACKAGE_RESTARTED",
        "android.intent.action.MY_PACKAGE_REPLACED",
        "android.intent.action.PHONE_STATE",
        "android.intent.action.NEW_OUTGOING_CALL",
        "android.intent.action.SIM_STATE_CHANGED",
        "android.net.conn.CONNECTIVITY_CHANGE",
        "android.net.wifi.WIFI_STATE_CHANGED",
        "android.net.wifi.STATE_CHANGE",
        "android.bluetooth.adapter.action.STATE_CHANGED",
        "android.provider.Telephony.SMS_RECEIVED",
    }
)
"""Broadcasts of the system that come without the user opening the app."""
_SYNC_ADAPTER = "android.content.SyncAdapter"
_AUTHENTICATOR = "android.accounts.AccountAuthenticator"
_FILTER_MEMBERS = frozenset({"Landroid/content/IntentFilter;-><init>", "Landroid/content/IntentFilter;->addAction"})


def extract(view: StaticView) -> JSON:
    """Return receivers, sync adapters, authenticators, exported services, and receivers registered in code."""
    manifest = view.manifest
    attribution = attribution_for(manifest.package)
    services = manifest.of_kind(ComponentKind.SERVICE)
    receivers = [item for item in manifest.of_kind(ComponentKind.RECEIVER) if item.actions & _ACTIONS]
    return {
        "receivers": Rows(_row(item, attribution) for item in receivers),
        "sync_adapters": Rows(_row(item, attribution) for item in services if _SYNC_ADAPTER in item.actions),
        "authenticators": Rows(_row(item, attribution) for item in services if _AUTHENTICATOR in item.actions),
        "exported_services": Rows(_row(item, attribution) for item in services if item.exported and item.enabled),
        "registered_in_code": _registered(view, attribution),
    }


def _row(item: Component, attribution: Attribution) -> JSON:
    """Return one component; of a receiver's actions those that start it without the user.

    `open` means that any other app can start it.
    """
    sdk = attribution.of_java_name(item.name)
    wanted = item.actions & _ACTIONS if item.kind is ComponentKind.RECEIVER else item.actions
    return {
        "name": text(item.name),
        "sdk": sdk.name if sdk else None,
        "actions": texts(sorted(wanted), limit=100),
        "exported": item.exported,
        "enabled": item.enabled,
        "permission": optional(item.permission),
        "open": item.exported and item.enabled and item.permission is None,
        "process": optional(item.process),
        "priority": max((each.priority for each in item.filters), default=0),
    }


def _registered(view: StaticView, attribution: Attribution) -> Rows:
    """Return where code makes an intent filter and names one of the actions in the same method."""
    registering = {call.caller for call in view.code.calls_to(_FILTER_MEMBERS)}
    found = {(use.caller, use.value) for use in view.code.string_uses(_ACTIONS) if use.caller in registering}
    rows: list[JSON] = []
    for caller, action in sorted(found):
        sdk = attribution.of_method(caller)
        rows.append({"caller": text(caller), "action": action, "sdk": sdk.name if sdk else None})
    return Rows(rows, limit=1_000)

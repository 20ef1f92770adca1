"""What `app.toml` in the folder of a sample app says."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GROUPS = ("dynamic", "hostile")
"""Folders of tiny apps: Java files, no resources, a manifest that the builder writes."""


class BuildError(Exception):
    """A sample app cannot be built; the message says what to do next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What stands in the manifest of a tiny app."""

    package: str
    label: str
    """The name of the app; any characters."""
    permissions: tuple[str, ...]
    """Names without `android.permission.`, or whole ones."""
    application: str
    """Class of the Application; empty for Android's own."""
    launcher: str
    """Class of the launcher activity; empty if there is none."""
    components: str
    """Further elements, as XML."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleApp:
    """One sample app: its folder and its `app.toml`."""

    folder: Path
    """Where its source is; the name of the folder is the name of the app."""
    title: str
    """One sentence on what the app is there to show."""
    min_sdk: int
    """Lowest Android version (API level) that it runs on."""
    target_sdk: int
    """The Android version (API level) that it claims to be written for."""
    shared: bool
    """Whether the classes of `shared/` are compiled into it."""
    signatures: frozenset[str]
    """Signature schemes: some of `v1`, `v2`, `v3`."""
    noise: dict[str, int]
    """Files of pseudo-random bytes: path inside the APK and size in bytes."""
    derived_from: str | None
    """The built app that this one is made out of; None for an app with source code."""
    group: str
    """The group of tiny apps that it is in; empty for an app with a manifest and resources of its own."""
    stamp: Stamp | None
    """What the builder writes into the manifest of a tiny app; None for any other."""

    @property
    def name(self) -> str:
        """The name of the app and, with `.apk`, of its file."""
        return self.folder.name


def load_app(folder: Path) -> SampleApp:
    """Read one app; raise BuildError if `app.toml` lacks something."""
    with (folder / "app.toml").open("rb") as file:
        table = tomllib.load(file)
    derived_from = table.get("derived_from")
    group = folder.parent.name if folder.parent.name in GROUPS else ""
    if group:
        # Tiny apps need no signature that Android 6 would read, and are two thirds of the size without it.
        table = {"min_sdk": 24, "target_sdk": 30, "signatures": ["v2"]} | table
    try:
        return SampleApp(
            folder=folder,
            title=table["title"],
            min_sdk=0 if derived_from else table["min_sdk"],
            target_sdk=0 if derived_from else table["target_sdk"],
            shared=table.get("shared", False),
            signatures=frozenset(table.get("signatures", ["v1", "v2", "v3"])),
            noise=table.get("noise", {}),
            derived_from=derived_from,
            group=group,
            stamp=_stamp(folder.name, table) if group else None,
        )
    except KeyError as missing:
        raise BuildError(f"{folder / 'app.toml'} has no {missing}; add it") from None


def _stamp(name: str, table: dict[str, Any]) -> Stamp:
    """Return what the manifest of a tiny app says."""
    return Stamp(
        package=f"org.apkfarm.sample.{name.replace('-', '')}",
        label=table.get("label", name.replace("-", " ")),
        permissions=tuple(table.get("permissions", [])),
        application=table.get("application", ""),
        launcher=table.get("launcher", ".Main"),
        components=table.get("components", ""),
    )


def load_apps(root: Path) -> dict[str, SampleApp]:
    """Return all apps below `root` by name: those with source code first, the tiny ones last."""
    found = [*root.glob("*/app.toml"), *(path for group in GROUPS for path in root.glob(f"{group}/*/app.toml"))]
    apps = [load_app(path.parent) for path in found]
    apps.sort(key=lambda app: (app.group, app.derived_from is not None, app.name))
    return {app.name: app for app in apps}


def source_folders(app: SampleApp, root: Path) -> list[Path]:
    """Return the folders that the app is built from."""
    kit = [root / "kit"] if app.group == "dynamic" else []
    return [app.folder, *([root / "shared"] if app.shared else []), *kit]

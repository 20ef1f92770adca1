"""Third-party SDKs in the app, by the packages of its classes and components, with the version a constant tells."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache

from workers.data.attribution import Attribution, attribution_for
from workers.data.tables import Sdk, version_fields
from workers.model.bounded import Rows, text
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.readers.manifest_model import ComponentKind
from workers.static.view import StaticView

FACT = Fact(
    name="sdks",
    what="third-party SDKs and libraries, one row each",
    source="packages of classes and components, static constants of the SDK's own classes; `workers/data/sdks.tsv`, "
    "`sdk_versions.tsv`",
    blind="SDKs moved to another package or renamed by an obfuscator; versions that a shrinker took out or renamed, "
    "that code puts together, or that only a template names (`1.0`)",
    keys={
        "[].name": "name",
        "[].name_zh": "name in Chinese",
        "[].vendor": "who makes it",
        "[].category": "what it is for: ads, analytics, push, ...",
        "[].version": "version; null if no constant tells it; see `library_versions` too",
        "[].version_told_by": "the constant that tells it, as `com.example.Constants.VERSION`",
        "[].prefix": "package with most of its classes",
        "[].prefixes": "all packages by which it was found",
        "[].classes": "number of its classes",
        "[].components": "number of its components",
    },
)
"""What this module tells."""

_VERSION = re.compile(r"[vV]?\d{1,4}(?:\.\d{1,9}){1,4}(?:[.+_\-]?[0-9A-Za-z]{1,20}){0,4}")
_BUILD_CONFIG = "BuildConfig;"
_TOLD_BY_BUILDS = ("SDK_VERSION", "LIBRARY_VERSION", "VERSION_NAME")
"""Fields of a `BuildConfig`, which the Android build makes for each module; the most telling first."""
_TEMPLATE = {"VERSION_NAME": "1.0"}
"""What Android Studio writes into a new module: it tells nothing."""

_Version = tuple[str, str]
"""A version, and the constant that tells it as `com.example.Constants.VERSION`."""


def extract(view: StaticView) -> JSON:
    """Return a row for each SDK, by name; `prefix` is the prefix with most classes, `prefixes` are all that matched.

    An SDK with components but without classes is listed too: a packed app shows its SDKs only in the manifest.
    `version` is what a constant of the SDK's own classes says, `version_told_by` that constant; null where none does.
    """
    attribution = attribution_for(view.manifest.package)
    classes = attribution.count_packages(view.code.packages)
    components = Counter(
        sdk
        for item in view.manifest.components
        if item.kind is not ComponentKind.ACTIVITY_ALIAS and (sdk := attribution.of_java_name(item.name))
    )
    by_name: dict[tuple[str, str], list[Sdk]] = defaultdict(list)
    for sdk in {**classes, **components}:
        by_name[sdk.name, sdk.category.value].append(sdk)
    versions = _versions(view, attribution)
    return Rows(_row(found, classes, components, versions) for _, found in sorted(by_name.items()))


def _row(found: list[Sdk], classes: Counter[Sdk], components: Counter[Sdk], versions: Mapping[str, _Version]) -> JSON:
    """Return one SDK with the prefixes by which it was found."""
    found.sort(key=lambda sdk: (-classes[sdk], -components[sdk], sdk.prefix))
    main = found[0]
    version, told_by = versions.get(main.name, (None, None))
    return {
        "name": main.name,
        "name_zh": main.name_zh or None,
        "vendor": main.vendor,
        "category": main.category.value,
        "version": version,
        "version_told_by": told_by,
        "prefix": main.prefix,
        "prefixes": [*sorted(sdk.prefix for sdk in found)],
        "classes": sum(classes[sdk] for sdk in found),
        "components": sum(components[sdk] for sdk in found),
    }


def _versions(view: StaticView, attribution: Attribution) -> dict[str, _Version]:
    """Return the version of each SDK that tells one, by the SDK's name.

    An SDK of the table is known by the table alone: its `BuildConfig` may have the number of a build script. Of the
    others that of the shortest package counts.
    """
    listed = {sdk.name for owner in _owners() if (sdk := attribution.of_class(owner))}
    builds = [
        f"{folder}/{_BUILD_CONFIG}"
        for folder in view.code.packages
        if (sdk := attribution.of_folder(folder)) and sdk.name not in listed
    ]
    constants = view.code.initial_strings({*_owners(), *builds})
    # Most of what could tell a version is not there.
    told = [(each.field, each.before) for each in version_fields() if each.field in constants]
    there = {field.partition("->")[0] for field in constants}
    builds = sorted(there.intersection(builds), key=lambda name: (len(name), name))
    told += [(field, "") for name in builds for each in _TOLD_BY_BUILDS if (field := f"{name}->{each}") in constants]
    found: dict[str, _Version] = {}
    for field, before in told:
        value = constants[field]
        sdk = attribution.of_method(field)
        if sdk is None or sdk.name in found or not value.startswith(before):
            continue
        version = value.removeprefix(before).strip()
        if _VERSION.fullmatch(version) and version != _TEMPLATE.get(field.partition("->")[2]):
            found[sdk.name] = (text(version, 60), text(_java(field), 255))
    return found


@cache
def _owners() -> frozenset[str]:
    """Return the classes of the table whose constants tell versions."""
    return frozenset(each.field.partition("->")[0] for each in version_fields())


def _java(field: str) -> str:
    """Return the field `Lcom/example/Constants;->VERSION` as `com.example.Constants.VERSION`."""
    owner, _, name = field.partition("->")
    return f"{owner[1:-1].replace('/', '.')}.{name}"

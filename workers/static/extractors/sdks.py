"""Third-party SDKs in the app, by the packages of its classes and components."""

from __future__ import annotations

from collections import Counter, defaultdict

from workers.data.attribution import attribution_for
from workers.data.tables import Sdk
from workers.model.bounded import Rows
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.static.readers.manifest_model import ComponentKind
from workers.static.view import StaticView

FACT = Fact(
    name="sdks",
    what="third-party SDKs and libraries, one row each",
    source="packages of classes and components; `workers/data/sdks.tsv`",
    blind="SDKs moved to another package or renamed by an obfuscator; versions (see `library_versions`)",
    keys={
        "[].name": "name",
        "[].name_zh": "name in Chinese",
        "[].vendor": "who makes it",
        "[].category": "what it is for: ads, analytics, push, ...",
        "[].prefix": "package with most of its classes",
        "[].prefixes": "all packages by which it was found",
        "[].classes": "number of its classes",
        "[].components": "number of its components",
    },
)
"""What this module tells."""


def extract(view: StaticView) -> JSON:
    """Return a row for each SDK, by name; `prefix` is the prefix with most classes, `prefixes` are all that matched.

    An SDK with components but without classes is listed too: a packed app shows its SDKs only in the manifest.
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
    return Rows(_row(found, classes, components) for _, found in sorted(by_name.items()))


def _row(found: list[Sdk], classes: Counter[Sdk], components: Counter[Sdk]) -> JSON:
    """Return one SDK with the prefixes by which it was found."""
    found.sort(key=lambda sdk: (-classes[sdk], -components[sdk], sdk.prefix))
    main = found[0]
    return {
        "name": main.name,
        "name_zh": main.name_zh or None,
        "vendor": main.vendor,
        "category": main.category.value,
        "prefix": main.prefix,
        "prefixes": [*sorted(sdk.prefix for sdk in found)],
        "classes": sum(classes[sdk] for sdk in found),
        "components": sum(components[sdk] for sdk in found),
    }

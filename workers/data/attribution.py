"""Say whose code a class is: a known SDK by the longest package prefix, or nobody known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from workers.data.tables import Sdk, sdks


def package_of(descriptor: str) -> str:
    """Return the Java package of a class descriptor such as `[Lcom/example/Main;`; empty for none."""
    name = descriptor.lstrip("[").removeprefix("L").removesuffix(";")
    return name.rpartition("/")[0].replace("/", ".")


class Attribution:
    """Attributes classes of one app.

    The longest prefix that ends at a package boundary wins: `com.umeng` owns `com.umeng.a`, not `com.umengx`. A prefix
    that the app's own package lies in is the app's own code: inside the app `com.baidu.searchbox`, plain `com.baidu`
    is no third party, `com.baidu.mobstat` still is.
    """

    def __init__(self, app_package: str | None) -> None:
        """Take the application id from the manifest."""
        self._own = frozenset(_ancestors(app_package or ""))
        self._known: dict[str, Sdk | None] = {}
        self._folders: dict[str, Sdk | None] = {}
        self._counted: tuple[Mapping[str, int], Counter[Sdk]] = ({}, Counter())

    def of_class(self, descriptor: str) -> Sdk | None:
        """Return the SDK that the class `Lcls;` belongs to; None for the app's own code and for unknown code."""
        return self.of_folder(descriptor.rpartition("/")[0])

    def of_folder(self, folder: str) -> Sdk | None:
        """Return the SDK that the classes whose descriptors start with `folder` and a slash belong to."""
        try:
            return self._folders[folder]
        except KeyError:
            sdk = self._folders[folder] = self.of_package(package_of(f"{folder}/;"))
            return sdk

    def of_method(self, method: str) -> Sdk | None:
        """Return the SDK that the method or member `Lcls;->name...` belongs to."""
        return self.of_class(method.partition("->")[0])

    def of_java_name(self, name: str) -> Sdk | None:
        """Return the SDK that the Java class name `com.example.Main` belongs to."""
        return self.of_package(name.rpartition(".")[0])

    def count(self, descriptors: Iterable[str]) -> Counter[Sdk]:
        """Return how many of the classes belong to each SDK."""
        return self.count_packages(Counter(name.rpartition("/")[0] for name in descriptors))

    def count_packages(self, packages: Mapping[str, int]) -> Counter[Sdk]:
        """Return how many classes belong to each SDK; `packages` has them by the start of their descriptors."""
        if self._counted[0] is packages:
            return self._counted[1].copy()
        counts: Counter[Sdk] = Counter()
        for folder, classes in packages.items():
            sdk = self.of_folder(folder)
            if sdk is not None:
                counts[sdk] += classes
        self._counted = (packages, counts)
        return counts.copy()

    def of_package(self, package: str) -> Sdk | None:
        """Return the SDK that the Java package belongs to."""
        if package not in self._known:
            self._known[package] = self._find(package)
        return self._known[package]

    def _find(self, package: str) -> Sdk | None:
        """Look the longest prefix up."""
        table = sdks()
        around = (table[prefix] for prefix in _ancestors(package) if prefix in table)
        found = next((sdk for sdk in around if not sdk.alone or sdk.prefix == package), None)
        return None if found is None or found.prefix in self._own else found


@lru_cache(maxsize=2)
def attribution_for(app_package: str | None) -> Attribution:
    """Return the attribution of the app that is being inspected; its extractors share what was looked up."""
    return Attribution(app_package)


def _ancestors(package: str) -> list[str]:
    """Return `package` and the packages around it, the longest first."""
    parts = package.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]

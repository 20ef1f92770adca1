"""Settings: a flag beats a FARM_* variable beats farm.toml beats the default, and every value knows its origin."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from farm.model.errors import ConfigError
from farm.model.inspection import Suite
from workers.model.limits import Limits
from workers.model.services import DEFAULT_SERVICES, Services


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything a command needs to know of its surroundings; `FARM_<NAME>` sets each."""

    home: Path
    """Folder for the ledger and the embedded store (`FARM_HOME`, default `~/.apkfarm`)."""
    ledger: str
    """SQLAlchemy URL: `sqlite:///path` or `postgresql+psycopg://...` (default: a SQLite file in the home)."""
    store: str
    """The farm's own store: `s3://bucket/prefix` or a folder (default: a folder in the home)."""
    s3_endpoint: str
    """Endpoint of an S3 server other than AWS, such as `http://127.0.0.1:9000`; empty for AWS."""
    s3_region: str
    """Region to sign for."""
    workers: int
    """Workers on this machine; 0 means one for each processor. A cluster decides by its own CPUs."""
    app_seconds: float
    """Wall time of one static inspection before it stops itself."""
    app_memory_mb: int
    """Private memory one static inspection may add, in MiB."""
    app_file_mb: int
    """Largest APK that is read, in MiB."""
    app_entries: int
    """Largest number of entries in an APK."""
    app_member_mb: int
    """Largest member of an APK that is inflated, in MiB."""
    app_inflated_mb: int
    """Largest sum of all members inflated for one app, in MiB."""
    app_dex_mb: int
    """Largest sum of all dex files of an app, in MiB."""
    app_strings: int
    """Largest number of strings in all dex files of an app."""
    app_instructions: int
    """Largest number of instructions in all dex files of an app."""
    dynamic_seconds: float
    """Wall time of one dynamic inspection before it stops itself."""
    dynamic_memory_mb: int
    """Memory that Ray sets aside for each sandbox worker, in MiB."""
    cross_check_one_in: int
    """Of how many apps of the static suite one is read again with androguard; 0 for none, 1 for every app."""
    dynamic_services: Services
    """Whether the phone of a dynamic inspection has Google's and vendors' services: `absent` or `present`."""
    lease_seconds: float
    """How long a driver's lease on a shard lasts without being renewed."""
    cpu_hour_price: float
    """Price of one CPU hour, for estimates."""
    read_gb_price: float
    """Price of one gigabyte read from the object store, for estimates."""
    currency: str
    """What the prices are in."""
    log: str
    """`json`, `pretty`, or `auto`: pretty on a terminal, JSON lines in a pipe."""
    origins: Mapping[str, str]
    """For each setting: `flag`, the variable's name, the file's name, or `default`."""

    @property
    def limits(self) -> Mapping[Suite, Limits]:
        """Caps on one inspection, by suite."""
        sizes = Limits(
            file_bytes=self.app_file_mb << 20,
            member_bytes=self.app_member_mb << 20,
            inflated_bytes=self.app_inflated_mb << 20,
            dex_bytes=self.app_dex_mb << 20,
            strings=self.app_strings,
            instructions=self.app_instructions,
            entries=self.app_entries,
        )
        return {
            Suite.STATIC: replace(sizes, seconds=self.app_seconds, memory_bytes=self.app_memory_mb << 20),
            # What the app itself may use is the sandbox's own affair: memory is that of the processes that watch it.
            Suite.DYNAMIC: replace(sizes, seconds=self.dynamic_seconds),
        }

    def digest(self, suite: Suite) -> str:
        """Return the configuration part of a suite's result keys: all settings that change what is seen."""
        limits = self.limits[suite]
        return limits.digest(services=self.dynamic_services) if suite is Suite.DYNAMIC else limits.digest()


_DEFAULTS: dict[str, str] = {
    "home": "~/.apkfarm",
    "ledger": "",
    "store": "",
    "s3_endpoint": "",
    "s3_region": "us-east-1",
    "workers": "0",
    "app_seconds": "120",
    "app_memory_mb": "3072",
    "app_file_mb": "4096",
    "app_entries": "200000",
    "app_member_mb": "128",
    "app_inflated_mb": "512",
    "app_dex_mb": "256",
    "app_strings": "8000000",
    "app_instructions": "200000000",
    "dynamic_seconds": "180",
    "dynamic_memory_mb": "2048",
    "cross_check_one_in": "100",
    "dynamic_services": DEFAULT_SERVICES.value,
    "lease_seconds": "20",
    "cpu_hour_price": "0.04",
    "read_gb_price": "0.0",
    "currency": "USD",
    "log": "auto",
}

_LENGTHS_OF_TIME = frozenset({"app_seconds", "dynamic_seconds", "lease_seconds"})
"""Numbers that cannot be zero: a timer of no time is no timer, a lease of no time no lease."""

NAMES: tuple[str, ...] = tuple(_DEFAULTS)
"""Names of all settings, as they stand in farm.toml."""


def load(
    flags: Mapping[str, str | None] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """Return the settings in force; raises ConfigError naming the setting, its value and its origin."""
    env = os.environ if environ is None else environ
    file, file_name = _read_file(env, folder or Path.cwd())
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    for name, default in _DEFAULTS.items():
        variable = f"FARM_{name.upper()}"
        flag = (flags or {}).get(name)
        if flag:
            values[name], origins[name] = flag, "flag"
        elif env.get(variable):
            values[name], origins[name] = env[variable], variable
        elif name in file:
            values[name], origins[name] = str(file[name]), file_name
        else:
            values[name], origins[name] = default, "default"
    return _typed(values, origins)


def _read_file(env: Mapping[str, str], folder: Path) -> tuple[dict[str, Any], str]:
    """Return the table of farm.toml (or of FARM_CONFIG) and its name."""
    path = Path(env["FARM_CONFIG"]) if env.get("FARM_CONFIG") else folder / "farm.toml"
    if not path.exists():
        if env.get("FARM_CONFIG"):
            raise ConfigError(
                f"FARM_CONFIG names {path}, which does not exist.", next_step="Correct the variable, or unset it."
            )
        return {}, ""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    unknown = sorted(set(table) - set(_DEFAULTS))
    if unknown:
        raise ConfigError(f"{path} has unknown settings: {', '.join(unknown)}. Known: {', '.join(NAMES)}.")
    return table, str(path)


def _typed(values: Mapping[str, str], origins: Mapping[str, str]) -> Settings:
    """Return the settings with their types and the defaults that depend on the home."""
    home = Path(values["home"]).expanduser().absolute()
    typed: dict[str, Any] = {"origins": dict(origins)}
    for field in fields(Settings):
        name = field.name
        if name == "origins":
            continue
        typed[name] = _number(name, values[name], origins[name], field.type)
    typed["home"] = home
    typed["ledger"] = values["ledger"] or f"sqlite:///{home / 'ledger.sqlite'}"
    typed["store"] = values["store"] or str(home / "store")
    if values["log"] not in {"auto", "json", "pretty"}:
        raise ConfigError(f"log is {values['log']!r} (from {origins['log']}); it can be auto, json or pretty.")
    if values["dynamic_services"] not in {*Services}:
        raise ConfigError(
            f"dynamic_services is {values['dynamic_services']!r} (from {origins['dynamic_services']}); "
            f"it can be {' or '.join(Services)}."
        )
    typed["dynamic_services"] = Services(values["dynamic_services"])
    return Settings(**typed)


def _number(name: str, value: str, origin: str, kind: object) -> object:
    """Return `value` as the setting's type; numbers must be finite, and not negative; of time, more than none."""
    if kind not in {"int", "float"}:
        return value
    try:
        number = int(value) if kind == "int" else float(value)
    except ValueError:
        raise ConfigError(f"{name} is {value!r} (from {origin}); it must be a number.") from None
    if not 0 <= number < float("inf"):
        raise ConfigError(f"{name} is {value!r} (from {origin}); it must be a number from 0 on.")
    if number == 0 and name in _LENGTHS_OF_TIME:
        raise ConfigError(f"{name} is {value!r} (from {origin}); it must be more than 0.")
    return number

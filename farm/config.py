"""Settings: a flag beats a FARM_* variable beats farm.toml beats the default, and every value knows its origin."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from farm.model.errors import ConfigError
from farm.model.inspection import Suite
from workers.model.limits import Limits


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
    dynamic_seconds: float
    """Wall time of one dynamic inspection before it stops itself."""
    dynamic_memory_mb: int
    """Memory that Ray sets aside for each sandbox worker, in MiB."""
    cross_check_one_in: int
    """Of how many apps of the static suite one is read again with androguard; 0 for none, 1 for every app."""
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
        return {
            Suite.STATIC: Limits(seconds=self.app_seconds, memory_bytes=self.app_memory_mb << 20),
            # What the app itself may use is the sandbox's own affair: this cap is on the processes that watch it.
            Suite.DYNAMIC: Limits(seconds=self.dynamic_seconds),
        }


_DEFAULTS: dict[str, str] = {
    "home": "~/.apkfarm",
    "ledger": "",
    "store": "",
    "s3_endpoint": "",
    "s3_region": "us-east-1",
    "workers": "0",
    "app_seconds": "120",
    "app_memory_mb": "3072",
    "dynamic_seconds": "180",
    "dynamic_memory_mb": "2048",
    "cross_check_one_in": "100",
    "lease_seconds": "20",
    "cpu_hour_price": "0.04",
    "read_gb_price": "0.0",
    "currency": "USD",
    "log": "auto",
}

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
            raise ConfigError(f"FARM_CONFIG names {path}, which does not exist.")
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
    return Settings(**typed)


def _number(name: str, value: str, origin: str, kind: object) -> object:
    """Return `value` as the setting's type; numbers must be finite and not negative."""
    if kind not in {"int", "float"}:
        return value
    try:
        number = int(value) if kind == "int" else float(value)
    except ValueError:
        raise ConfigError(f"{name} is {value!r} (from {origin}); it must be a number.") from None
    if not 0 <= number < float("inf"):
        raise ConfigError(f"{name} is {value!r} (from {origin}); it must not be negative.")
    return number

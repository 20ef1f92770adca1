"""A hand-made batch: a ledger and a store that live in memory, and apps of every fate."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from farm.model.batch import AppRef, Batch, BatchId, BatchStatus, ShardState
from farm.model.errors import ObjectMissingError, UnknownBatchError
from farm.model.finding import Finding, Status
from farm.model.inspection import History, RetryPolicy, State, Suite, decide
from farm.model.keys import artefact_key
from farm.ports import AppRow, FailureRow, Ledger, ObjectStore
from farm.rules.catalogue import load_packs
from farm.rules.engine import judge
from tests.unit.farm.rules.evidence import component, document, permission, sdk, use
from workers.dynamic_facts import facts
from workers.model.evidence import JSON, AppIdentity, Evidence
from workers.model.outcome import Outcome

RTL = "\u202e"
HOSTILE = f'</td><script>alert(1)</script>"{RTL}gpj.apk'


@dataclass(kw_only=True)
class Store:
    """Objects in memory, as far as a report reads them."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def get(self, key: str) -> bytes:
        """Return an object or raise as a store does."""
        if key not in self.objects:
            raise ObjectMissingError
        return self.objects[key]


@dataclass(kw_only=True)
class Books:
    """A ledger in memory, as far as a report reads it."""

    rows: list[AppRow]
    failing: list[FailureRow] = field(default_factory=list)
    name: str = "2026-11 crawl"
    suites: tuple[Suite, ...] = (Suite.STATIC,)

    def batch(self, reference: str) -> Batch:
        """Return the one batch there is."""
        if reference not in {self.name, "b" * 16}:
            raise UnknownBatchError
        return Batch(
            batch_id=BatchId("b" * 16),
            name=self.name,
            manifest_sha256="c" * 64,
            manifest_key="manifests/c.parquet",
            suites=self.suites,
            apps=len(self.rows),
            bytes=sum(row.ref.size for row in self.rows),
            created_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        )

    def status(self, batch: BatchId, *, now: float) -> BatchStatus:
        """Return where the batch stands."""
        states = Counter(row.states[Suite.STATIC] for row in self.rows)
        outcomes = Counter(row.outcomes[Suite.STATIC].value for row in self.rows if row.outcomes)
        return BatchStatus(
            batch=self.batch(batch),
            states={state: states[state] for state in State},
            outcomes=dict(sorted(outcomes.items())),
            attempts=len(self.rows) + 1,
            cached=1,
            counted=states[State.DONE] + states[State.UNKNOWN],
            findings=sum(len(row.findings) for row in self.rows),
            shards={ShardState.DONE: 1},
            first_attempt_at=None,
            last_commit_at=None,
            per_minute=0.0,
        )

    def failures(self, batch: BatchId, *, limit: int) -> Sequence[FailureRow]:
        """Return inspections without a result."""
        return self.failing[:limit]

    def apps(self, batch: BatchId) -> Iterator[AppRow]:
        """Yield the apps."""
        yield from self.rows


@dataclass(kw_only=True)
class Sample:
    """A batch under construction."""

    store: Store = field(default_factory=Store)
    books: Books = field(default_factory=lambda: Books(rows=[]))

    @property
    def ledger(self) -> Ledger:
        """The ledger as a use case sees it."""
        return cast("Ledger", self.books)

    @property
    def objects(self) -> ObjectStore:
        """The store as a use case sees it."""
        return cast("ObjectStore", self.store)

    def add(
        self,
        evidence: dict[str, JSON] | None,
        *,
        url: str = "s3://crawl/app.apk",
        state: State = State.DONE,
        outcome: Outcome = Outcome.INSPECTED,
        reason: str = "",
        channel: str | None = "store.example",
        status: Status = Status.LEAD,
    ) -> AppRow:
        """Add an app with this evidence, judged by all packs; without evidence it ended as `outcome`."""
        number = len(self.books.rows) + 1
        sha256 = f"{number:02d}" + "f" * 62
        keys: dict[Suite, str] = {}
        findings: tuple[Finding, ...] = ()
        identity: Mapping[str, JSON] = {}
        if evidence is not None:
            identity = dict(cast("Mapping[str, JSON]", evidence["app"])) | {"sha256": sha256}
            findings = tuple(replace(each, status=status) for each in judge(evidence, load_packs()))
            keys[Suite.STATIC] = f"evidence/{number}.json"
            self.store.objects[f"evidence/{number}.json"] = as_bytes(evidence | {"app": dict(identity)})
        row = AppRow(
            app_id=number,
            ref=AppRef(url=url, size=5_000_000 * number, channel=channel, developer="示例科技", category="工具"),
            sha256=sha256,
            package=cast("str | None", identity.get("package")),
            version_code=7 if identity else None,
            version_name=cast("str | None", identity.get("version_name")),
            label=cast("str | None", identity.get("label")),
            states={Suite.STATIC: state},
            outcomes={Suite.STATIC: outcome},
            reasons={Suite.STATIC: reason},
            evidence_keys=keys,
            findings=findings,
        )
        self.books.rows.append(row)
        if state in {State.UNUSABLE, State.UNKNOWN, State.QUARANTINED}:
            failure = FailureRow(
                url=url,
                suite=Suite.STATIC,
                state=state,
                outcome=outcome,
                reason=reason,
                attempts=1,
                shard=0,
                sha256=sha256,
                package=row.package,
            )
            self.books.failing.append(failure)
        return row

    def run(
        self, told: dict[str, Any], *, outcome: Outcome = Outcome.INSPECTED, files: Mapping[str, bytes] | None = None
    ) -> None:
        """Give the last app a dynamic inspection too, with this document and these files."""
        self.books.suites = (Suite.STATIC, Suite.DYNAMIC)
        row = self.books.rows[-1]
        key = f"evidence/{row.app_id}-dynamic.json"
        evidence = Evidence(
            suite="dynamic",
            engine="dynamic-1",
            outcome=outcome,
            reason="",
            app=AppIdentity(sha256=row.sha256 or "", package=row.package),
            facts=facts(told),
            dynamic=told,
            artefacts=files or {},
        )
        self.store.objects[key] = evidence.as_bytes()
        for name, content in evidence.artefacts.items():
            self.store.objects[artefact_key(key, name, hashlib.sha256(content).hexdigest())] = content
        state = decide(outcome, History(), RetryPolicy()).state
        self.books.rows[-1] = replace(
            row,
            states={**row.states, Suite.DYNAMIC: state},
            outcomes={**row.outcomes, Suite.DYNAMIC: outcome},
            evidence_keys={**row.evidence_keys, Suite.DYNAMIC: key},
        )


def as_bytes(document: Mapping[str, JSON]) -> bytes:
    """Return a document as a worker stores it."""
    evidence = Evidence(
        suite="static",
        engine="static-1",
        outcome=Outcome(str(document["outcome"])),
        reason=str(document["reason"]),
        app=AppIdentity(**cast("dict[str, Any]", document["app"])),
        facts=cast("dict[str, JSON]", document["facts"]),
    )
    return evidence.as_bytes()


def noisy() -> dict[str, JSON]:
    """Return the evidence of an app with much to tell."""
    ad = "Pangle"
    facts: dict[str, JSON] = {
        "permissions": [
            permission("INTERNET"),
            permission("REQUEST_INSTALL_PACKAGES"),
            permission("READ_PHONE_STATE", group="PHONE"),
            permission("ACCESS_FINE_LOCATION", group="LOCATION"),
        ],
        "sdks": [
            sdk(ad, "ads", "com.bytedance.sdk.openadsdk"),
            sdk("Getui", "push", "com.igexin", "3.2.<b>1"),
        ],
        "components": [component("receiver", "com.igexin.Boot", "android.intent.action.BOOT_COMPLETED", sdk="Getui")],
        "api_uses": [
            use("android/telephony/TelephonyManager.getDeviceId", "imei", permissions=["READ_PHONE_STATE"]),
            use("android/telephony/TelephonyManager.getDeviceId", "imei", sdk=ad, caller="Lcom/bytedance/a;->b()V"),
            use("android/net/wifi/WifiInfo.getMacAddress", "mac", sdk=ad, caller="Lcom/bytedance/a;->c()V"),
            use("android/app/DownloadManager.enqueue", "download", sdk=ad, caller="Lcom/bytedance/d;->e()V"),
            use("android/content/pm/PackageManager.getInstalledPackages", "installed_apps", sdk="Getui"),
            use("android/hardware/SensorManager.registerListener", "sensors", sdk=ad),
        ],
        "privacy_policy": {"found": False, "texts": [], "urls": [], "files": []},
    }
    return document(facts, app={"package": "com.example.noisy", "label": "热闹浏览器"})


def hostile() -> dict[str, JSON]:
    """Return evidence in which every text of the app attacks its reader."""
    facts: dict[str, JSON] = {
        "api_uses": [use("android/telephony/TelephonyManager.getDeviceId", "imei", caller=HOSTILE)],
        "permissions": [permission(HOSTILE + ".x", group="PHONE")],
        "not_read": [{"fact": HOSTILE, "reason": HOSTILE}],
    }
    return document(facts, app={"package": HOSTILE, "label": HOSTILE, "version_name": "=1+1"})


def sample() -> Sample:
    """Return a batch with an app of every fate."""
    batch = Sample()
    batch.add(noisy(), url="s3://crawl/noisy.apk")
    batch.add(document(app={"package": "com.example.quiet", "label": "安静记事本"}), url="s3://crawl/quiet.apk")
    packed = document(
        outcome="packed",
        reason="The app's own code is hidden by the packer 360.",
        app={"package": "com.example.packed"},
    )
    batch.add(packed, state=State.UNKNOWN, outcome=Outcome.PACKED, reason=str(packed["reason"]))
    batch.add(
        None, state=State.UNUSABLE, outcome=Outcome.NOT_AN_APK, reason="The file is not a zip.", url="s3://crawl/x"
    )
    batch.add(hostile(), url=f"s3://crawl/{HOSTILE}", channel="javascript:alert(1)")
    return batch

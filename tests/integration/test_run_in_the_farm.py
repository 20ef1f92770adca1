"""One real run through the farm: a worker's task, the store, the rules, and the report's page with its pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from farm.cluster.task import Inspector
from farm.model.batch import AppRef, InspectionId
from farm.model.execution import Task
from farm.model.inspection import Suite
from farm.model.keys import artefact_key
from farm.objects.stores import StoreConfig, UrlStores
from workers.dynamic.toolkit import BackendMissingError, find_toolkit
from workers.dynamic.version import ENGINE
from workers.model.limits import Limits
from workers.model.outcome import Outcome

APK = Path(__file__).parents[2] / "examples" / "apps" / "built" / "imei-before-consent.apk"
PNG = b"\x89PNG\r\n\x1a\n"


def _missing() -> str:
    """Return what the sandbox lacks on this machine, empty if nothing."""
    try:
        find_toolkit()
    except BackendMissingError as error:
        return str(error)
    return ""


MISSING = _missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"The dynamic suite cannot run here. {MISSING}")


def test_a_worker_runs_an_app_stores_what_it_saw_and_finds_it_again(tmp_path: Path) -> None:
    """The IMEI read before consent is a finding on the SDK; pictures lie beside the evidence; a second try is a hit."""
    stores = UrlStores(StoreConfig(home=str(tmp_path / "store"), s3_endpoint=None, s3_region="us-east-1"))
    inspector = Inspector(
        stores=stores, limits={suite: Limits(seconds=170) for suite in Suite}, engines={Suite.DYNAMIC: (ENGINE, "0a")}
    )
    app = AppRef(url=APK.absolute().as_uri(), size=APK.stat().st_size)
    task = Task(inspection_id=InspectionId(1), app=app, suite=Suite.DYNAMIC)
    result = inspector.run(task)
    assert result.evidence_key is not None, result.reason
    document = json.loads(stores.farm().get(result.evidence_key))
    pictures = [
        stores.farm().get(artefact_key(result.evidence_key, name, document["artefacts"][name]))
        for name in document["dynamic"]["screenshots"]
    ]
    again = inspector.run(task)

    assert Outcome.INSPECTED is result.outcome
    assert ("miit164.A1.s1.before_consent", "Getui Push") in {(f.rule, f.subject.name) for f in result.findings}
    assert ["cold_start", "none", "imei"] == [
        document["facts"]["dynamic_pi"][0][name] for name in ("phase", "consent", "pi_kind")
    ]
    assert pictures
    assert all(picture.startswith(PNG) for picture in pictures)
    assert (True, result.findings) == (again.cached, again.findings)

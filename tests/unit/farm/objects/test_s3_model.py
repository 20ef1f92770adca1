"""A client that knows little of S3 knows what the farm asks for, and where AWS is."""

from __future__ import annotations

import os
import re
from pathlib import Path

import boto3
import pytest

import farm.objects.s3
from farm.objects.s3_model import OPERATIONS, thrifty_session


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some; nobody is asked."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def test_it_describes_an_operation_as_botocore_does() -> None:
    """With all that requests, answers and errors consist of."""
    whole = boto3.session.Session().client("s3", region_name="eu-west-3").meta
    thrifty = thrifty_session().create_client("s3", region_name="eu-west-3").meta

    assert {*OPERATIONS} == {*thrifty.service_model.operation_names}
    assert whole.endpoint_url == thrifty.endpoint_url
    for name in OPERATIONS:
        ours, theirs = (meta.service_model.operation_model(name) for meta in (thrifty, whole))
        for kind in ("input_shape", "output_shape"):
            shape, expected = getattr(ours, kind), getattr(theirs, kind)
            assert expected.members.keys() == shape.members.keys()
            assert [str(each) for each in expected.members.values()] == [str(each) for each in shape.members.values()]
        assert [str(each) for each in theirs.error_shapes] == [str(each) for each in ours.error_shapes]


def test_it_asks_for_nothing_else() -> None:
    """What the store calls, the client has."""
    text = Path(farm.objects.s3.__file__).read_text("utf-8")
    called = {*re.findall(r"_client\(\)\.(\w+)\(", text), *re.findall(r'get_paginator\("(\w+)"', text)}
    known = {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() for name in OPERATIONS}

    assert set() == called - known - {"get_paginator"}


@pytest.mark.parametrize("service", ["sts", "sso", "sso-oidc"])
def test_services_that_give_credentials_are_there(service: str) -> None:
    """A role or a sign-in is asked for by other clients of the same session."""
    ours = thrifty_session().create_client(service, region_name="cn-north-1")
    theirs = boto3.session.Session().client(service, region_name="cn-north-1")

    assert theirs.meta.endpoint_url == ours.meta.endpoint_url
    assert len(theirs.meta.service_model.operation_names) == len(ours.meta.service_model.operation_names)


def test_tables_of_ones_own_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`AWS_DATA_PATH` names folders, as for any client of AWS."""
    monkeypatch.setenv("AWS_DATA_PATH", f"/nowhere{os.pathsep}{tmp_path}")
    service = tmp_path / "s3" / "2006-03-01"
    service.mkdir(parents=True)
    (service / "endpoint-rule-set-1.json").write_text(
        '{"version": "1.0", "parameters": {}, "rules": [{"conditions": [], "type": "endpoint",'
        ' "endpoint": {"url": "https://own.example", "properties": {}, "headers": {}}}]}'
    )

    loader = thrifty_session().get_component("data_loader")

    assert (
        loader.load_service_model("s3", "endpoint-rule-set-1")["rules"][0]["endpoint"]["url"] == "https://own.example"
    )

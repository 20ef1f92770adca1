"""What deploy/ says fits the farm, is pinned and confined; real tools check it where they are there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from farm.cli.main import cli
from farm.config import NAMES
from tests.architecture import deploy_files as files
from tests.architecture.deploy_files import DEPLOY
from tests.s3_servers import moto_server
from tests.tools_path import ROOT, require

ALL_YAML = sorted(path.relative_to(DEPLOY).as_posix() for path in DEPLOY.rglob("*.y*ml"))


@pytest.mark.parametrize("name", ALL_YAML)
def test_yaml_is_readable(name: str) -> None:
    """Every YAML file has documents that are tables."""
    found = files.documents(name)

    assert found
    assert all(isinstance(document, dict) for document in found)


@pytest.mark.parametrize(("place", "image"), list(files.images()))
def test_images_are_pinned(place: str, image: str) -> None:
    """Every image has a tag that names one release, never `latest`."""
    tag = image.rpartition("/")[2].partition(":")[2]

    assert re.search(r"\d+[.-]\d+", tag), place


def test_our_image_has_our_version() -> None:
    """The farm's own image is tagged with the project's version everywhere."""
    ours = {image.rpartition(":")[2] for _, image in files.images() if "apkfarm:" in image}

    assert ours == {files.project()["version"]}


@pytest.mark.parametrize(("place", "variable"), sorted(set(files.variables())))
def test_variables_are_settings(place: str, variable: str) -> None:
    """Every variable is a setting of the farm, or one that boto3 or Ray knows."""
    settings = {f"FARM_{name.upper()}" for name in NAMES}

    assert variable in settings | files.OTHER_VARIABLES, place


@pytest.mark.parametrize(("place", "words"), list(files.commands()))
def test_commands_are_understood(place: str, words: list[str]) -> None:
    """Every call of the farm has options that the command knows."""
    with cli.make_context("farm", [words[0]]) as context:
        name, command, rest = cli.resolve_command(context, list(words))
        assert command is not None, place
        with command.make_context(name, rest, parent=context) as parsed:
            assert parsed.params


def test_no_secret_is_written_down() -> None:
    """Passwords and keys come from the environment; the examples have none."""
    for service in files.compose()["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|ACCESS_KEY|ROOT_USER", name):
                assert re.fullmatch(r"\$\{\w+:\?.+\}", value)
    for document in files.documents("kuberay/settings.example.yaml"):
        for name, value in document.get("stringData", {}).items():
            assert value == "" or (name == "FARM_LEDGER" and ":PASSWORD@" in value)


def test_env_example_has_what_compose_needs() -> None:
    """The example lists every variable that the compose file takes, and no other."""
    wanted = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text("utf-8")))
    given = set(re.findall(r"^(\w+)=", (DEPLOY / ".env.example").read_text("utf-8"), re.MULTILINE))

    assert wanted == given


def test_env_files_are_not_committed() -> None:
    """Filled-in copies of the examples are ignored by git."""
    ignored = (DEPLOY / ".gitignore").read_text("utf-8").split()

    assert {".env", "farm.env", "kuberay/settings.yaml"} <= set(ignored)


def test_compose_ports_are_on_this_machine_alone() -> None:
    """Every published port is bound to the loopback address."""
    ports = [port for service in files.compose()["services"].values() for port in service.get("ports", [])]

    assert ports
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)


def test_compose_mounts_what_is_there() -> None:
    """Every file or folder of the repository that is mounted is there, and mounted read-only."""
    for service in files.compose()["services"].values():
        for volume in service.get("volumes", []):
            source, _, rest = volume.partition(":")
            if source.startswith("."):
                assert (DEPLOY / source).exists()
                assert rest.endswith(":ro")


def test_compose_services_are_confined() -> None:
    """Everything but the database drops all capabilities and cannot gain privileges; nothing is privileged."""
    for name, service in files.compose()["services"].items():
        assert not service.get("privileged")
        assert "network_mode" not in service
        if name != "postgres":
            assert service["cap_drop"] == ["ALL"]
            assert "no-new-privileges:true" in service["security_opt"]


def test_compose_databases_have_no_way_out() -> None:
    """The database and the object store are on the inner network alone, which leads nowhere."""
    found = files.compose()

    assert found["networks"]["inside"]["internal"]
    assert [found["services"][name]["networks"] for name in ("postgres", "s3", "s3-bucket")] == [["inside"]] * 3


def test_compose_dependencies_exist() -> None:
    """Services, networks and volumes that a service names are declared."""
    found = files.compose()
    for service in found["services"].values():
        assert set(service.get("depends_on", [])) <= found["services"].keys()
        assert set(service["networks"]) <= found["networks"].keys()
        named = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert {name for name in named if not name.startswith((".", "$"))} <= found["volumes"].keys()


def test_compose_scrapes_the_farm_under_a_name_that_it_answers_to() -> None:
    """The console refuses strange host names, so the name in prometheus.yml must be allowed."""
    (config,) = files.documents("prometheus/prometheus.yml")
    ((target,),) = [job["static_configs"][0]["targets"] for job in config["scrape_configs"]]
    command = files.compose()["services"]["farm"]["command"]

    assert command[command.index("--allow-host") + 1] == target.partition(":")[0]


def test_docker_compose_accepts_it() -> None:
    """`docker compose config` accepts the compose file."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker with the compose plugin is not on this machine")
    given = re.findall(r"^(\w+)=", (DEPLOY / ".env.example").read_text("utf-8"), re.MULTILINE)
    run = subprocess.run(
        [docker, "compose", "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"],
        env={**os.environ, **dict.fromkeys(given, "1")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (run.returncode, run.stderr) == (0, "")


def test_promtool_accepts_the_configuration(tmp_path: Path) -> None:
    """`promtool check config` accepts prometheus.yml with the rules beside it, as they are mounted."""
    shutil.copy(DEPLOY / "prometheus/prometheus.yml", tmp_path)
    shutil.copy(ROOT / "dashboards/prometheus/rules.yml", tmp_path)
    run = subprocess.run(
        [require("promtool"), "check", "config", str(tmp_path / "prometheus.yml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (run.returncode, run.stderr) == (0, "")
    assert re.search(r"SUCCESS: [1-9]\d* rules found", run.stdout)


def test_rules_are_mounted_beside_the_configuration() -> None:
    """The rules are where prometheus.yml looks for them."""
    mounts = dict(volume.split(":")[:2][::-1] for volume in files.compose()["services"]["prometheus"]["volumes"])
    (config,) = files.documents("prometheus/prometheus.yml")
    rules = [f"/etc/prometheus/{name}" for name in config["rule_files"]]

    assert [mounts[path] for path in rules] == ["../dashboards/prometheus/rules.yml"]


def test_grafana_finds_dashboard_and_datasource() -> None:
    """The dashboard is mounted where the provider looks, and the datasource is Prometheus' service."""
    (provider,) = files.documents("grafana/provisioning/dashboards/apkfarm.yml")[0]["providers"]
    (source,) = files.documents("grafana/provisioning/datasources/prometheus.yml")[0]["datasources"]
    services = files.compose()["services"]
    mounts = dict(volume.split(":")[:2][::-1] for volume in services["grafana"]["volumes"])
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

    assert mounts[provider["options"]["path"]] == "../dashboards/grafana"
    assert (DEPLOY / "../dashboards/grafana" / Path(home).name).is_file()
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")


def test_grafana_knows_the_scrape_interval() -> None:
    """Rates on the dashboard are taken over windows that fit the scrape interval."""
    (source,) = files.documents("grafana/provisioning/datasources/prometheus.yml")[0]["datasources"]
    (config,) = files.documents("prometheus/prometheus.yml")

    assert source["jsonData"]["timeInterval"] == config["global"]["scrape_interval"]


def make_bucket(name: str, endpoint: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script that makes the bucket."""
    return subprocess.run(
        [sys.executable, str(DEPLOY / "tools/make_bucket.py"), name, "0"],
        env={**os.environ, **environment, "FARM_S3_ENDPOINT": endpoint},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_make_bucket_makes_it_once() -> None:
    """The script makes the bucket, and a second run finds it."""
    with moto_server() as server:
        runs = [make_bucket("apkfarm", server.endpoint, server.environment) for _ in range(2)]
        names = [bucket["Name"] for bucket in server.client().list_buckets()["Buckets"]]

    assert [run.returncode for run in runs] == [0, 0]
    assert "apkfarm" in names


def test_make_bucket_says_that_nobody_answers() -> None:
    """If no server comes up, the script ends with 1 and says why."""
    environment = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    run = make_bucket("apkfarm", "http://127.0.0.1:1", environment)

    assert run.returncode == 1
    assert "cannot be made" in run.stderr


@pytest.mark.parametrize("path", ["deploy/Dockerfile", "deploy/compose.yaml", "deploy/kuberay", "deploy/systemd"])
def test_docs_say_what_was_not_run(path: str) -> None:
    """The how-to names everything in deploy/ and says which of it has not been run."""
    text = (ROOT / "docs/howto/deploy.md").read_text("utf-8")

    assert path in text
    assert "*unverified on hardware*" in text


def test_docs_show_commands_that_exist() -> None:
    """Every `farm ...` line of the how-to has a command and options that exist."""
    text = (ROOT / "docs/howto/deploy.md").read_text("utf-8")
    calls = re.findall(r"^(?:sudo -u apkfarm )?(?:/opt/apkfarm/bin/)?farm ([a-z].*)$", text, re.MULTILINE)

    assert calls
    for call in calls:
        words = call.split()
        with cli.make_context("farm", [words[0]]) as context:
            name, command, rest = cli.resolve_command(context, words)
            assert command is not None
            with command.make_context(name, rest, parent=context):
                pass


def test_yaml_has_no_repeated_keys() -> None:
    """No key stands twice in a table: YAML would silently take the last."""

    class Strict(yaml.SafeLoader):
        """Refuses repeated keys."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            """Build a table after looking for repeated keys."""
            keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
            assert len(keys) == len(set(keys)), f"{node.start_mark}: {keys}"
            return super().construct_mapping(node, deep)

    for name in ALL_YAML:
        assert list(yaml.load_all((DEPLOY / name).read_text("utf-8"), Loader=Strict))

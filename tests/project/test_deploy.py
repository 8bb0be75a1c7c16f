"""Deployment files: valid by Kubernetes' schemas, hardened, and in step with the code."""

import json
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from pydantic import SecretStr

from gateway.app import create_app
from gateway.auth import demo_caller
from gateway.observability.metrics import COUNTED, MEASURED
from gateway.settings.model import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
MANIFESTS: list[dict[str, Any]] = list(yaml.safe_load_all((DEPLOY / "kubernetes/gateway.yaml").read_text()))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SETTINGS = {f"GATEWAY_{name.upper()}" for name in Settings.model_fields}
KUBERNETES = "1.33.0"


def of_kind(kind: str) -> dict[str, Any]:
    (found,) = (manifest for manifest in MANIFESTS if manifest["kind"] == kind)
    return found


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: str(manifest["kind"]))
def test_manifests(manifest: dict[str, Any]) -> None:
    """Every manifest fits its schema, without unknown fields."""
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_validator_finds_faults() -> None:
    """The validator rejects a misspelt field."""
    broken = json.loads(json.dumps(of_kind("Deployment")))
    broken["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, KUBERNETES, strict=True)


def test_pods() -> None:
    """Pods run without root, with a read-only file system, resource limits and probes."""
    pod = of_kind("Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert of_kind("HorizontalPodAutoscaler")["spec"]["minReplicas"] == 2
    assert of_kind("PodDisruptionBudget")["spec"]["minAvailable"] == 1


INTERNAL = {"/health/live", "/health/ready", "/metrics"}


def test_ingress_paths() -> None:
    """The ingress exposes all that a production gateway serves, except metrics and health checks."""
    (rule,) = of_kind("Ingress")["spec"]["rules"]
    key = SecretStr("sixteen characters")
    app = create_app(
        Settings(profile="production", imin_api_key=key, imin_webhook_key=key, imin_order_webhook_key=key),
        demo_caller,
    )
    served = {resource.canonical for resource in app.router.resources()}

    exact, prefixes = (
        {path["path"] for path in rule["http"]["paths"] if path["pathType"] == kind}
        for kind in ("Exact", "Prefix")
    )
    assert {path for path in served if path.count("{") == 0} == exact | INTERNAL
    assert {path.partition("/{")[0] for path in served if "{" in path} == prefixes


def test_variables_exist() -> None:
    """Every variable that the manifests or the compose file set is a setting of the gateway."""
    used = set(of_kind("ConfigMap")["data"])
    for service in COMPOSE["services"].values():
        used |= set(service.get("environment", {}))

    assert used - SETTINGS == set()


def test_compose() -> None:
    """Two gateways share a Redis and a sandbox; only the proxy and Prometheus are published, on loopback."""
    services = COMPOSE["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert set(services) == {"gateway-1", "gateway-2", "sandbox", "redis", "proxy", "prometheus"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert set(published) == {"proxy", "prometheus"}
    assert services["gateway-1"]["environment"] == services["gateway-2"]["environment"]
    assert services["gateway-1"]["read_only"] is True
    targets = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    assert targets["scrape_configs"][0]["static_configs"][0]["targets"] == [
        "gateway-1:8000",
        "gateway-2:8000",
    ]


def test_dashboard() -> None:
    """The dashboard shows every metric, and no metric that does not exist."""
    dashboard = json.loads((DEPLOY / "grafana/dashboard.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    shown = {
        re.sub("_(total|bucket)$", "", name)
        for text in expressions
        for name in re.findall(r"gateway_\w+", text)
    }

    own = {"requests", "request_seconds", "imin_calls", "imin_seconds", "imin_bytes"}
    assert shown == {f"gateway_{name}" for name in own | set(COUNTED) | set(MEASURED)}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])

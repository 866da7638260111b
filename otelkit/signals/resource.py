"""What the telemetry is about: service, process, host, container and Kubernetes facts, where the environment has them.

The settings' own attributes win over what is detected here.
"""

from __future__ import annotations

import os
import platform
import re
import socket
import sys
import uuid
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from opentelemetry.sdk.resources import Resource

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.settings import parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.util.types import AttributeValue

    from otelkit.settings import Settings

_CONTAINER_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_KUBERNETES_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")

# What manifests usually call the variables that the downward API fills in.
_KUBERNETES_VARIABLES = {
    "k8s.pod.name": ("K8S_POD_NAME", "POD_NAME"),
    "k8s.pod.uid": ("K8S_POD_UID", "POD_UID"),
    "k8s.node.name": ("K8S_NODE_NAME", "NODE_NAME"),
    "k8s.namespace.name": ("K8S_NAMESPACE_NAME", "K8S_NAMESPACE", "POD_NAMESPACE"),
    "k8s.container.name": ("K8S_CONTAINER_NAME", "CONTAINER_NAME"),
}


class ResourceSource:
    """The resource of this process, worked out once, and again in a forked child, which is another service instance."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pid = -1
        self._resource = Resource.get_empty()

    def current(self) -> Resource:
        """Return the resource of the process that asks."""
        if self._pid != os.getpid():
            forked = self._pid != -1
            self._pid = os.getpid()
            self._resource = Resource(_attributes(self._settings, forked=forked))
        return self._resource


def _attributes(settings: Settings, *, forked: bool) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": _version("opentelemetry-sdk"),
        "telemetry.distro.name": "otelkit",
        "telemetry.distro.version": _version("otelkit"),
        "service.instance.id": str(uuid.uuid4()),
    }
    for detect in (_process, _host, _container, _kubernetes):
        try:
            attributes.update(detect())
        except Exception as error:  # noqa: BLE001 - a fact that cannot be read must not keep the service from starting
            record_internal_error(f"signals.resource.{detect.__name__.strip('_')}", error)
    attributes.update(settings[parameters.RESOURCE_ATTRIBUTES])
    named: dict[str, str | None] = {
        "service.name": settings[parameters.SERVICE_NAME],
        "service.namespace": settings[parameters.SERVICE_NAMESPACE],
        "service.version": settings[parameters.SERVICE_VERSION],
        "deployment.environment.name": settings[parameters.ENVIRONMENT],
        "service.instance.id": settings[parameters.SERVICE_INSTANCE_ID],
    }
    attributes.update({name: value for name, value in named.items() if value})
    if not attributes.get("service.name"):
        # The fallback that the resource conventions prescribe.
        attributes["service.name"] = f"unknown_service:{Path(sys.executable).name or 'python'}"
    if forked:
        # Two processes that share an id would overwrite each other's series.
        attributes["service.instance.id"] = str(uuid.uuid4())
    return attributes


def _process() -> Mapping[str, AttributeValue]:
    return {
        "process.pid": os.getpid(),
        "process.executable.name": Path(sys.executable).name,
        "process.runtime.name": sys.implementation.name,
        "process.runtime.version": platform.python_version(),
        "process.runtime.description": sys.version,
    }


def _host() -> Mapping[str, AttributeValue]:
    return {"host.name": socket.gethostname(), "host.arch": platform.machine(), "os.type": platform.system().lower()}


def _container() -> Mapping[str, AttributeValue]:
    # cgroup v1 names the container in /proc/self/cgroup, cgroup v2 only in the mounts of its hostname file.
    for path, marker in (("/proc/self/cgroup", ""), ("/proc/self/mountinfo", "/containers/")):
        try:
            lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            found = _CONTAINER_ID.search(line) if marker in line else None
            if found:
                return {"container.id": found.group()}
    return {}


def _kubernetes() -> Mapping[str, AttributeValue]:
    if "KUBERNETES_SERVICE_HOST" not in os.environ:
        return {}
    facts: dict[str, AttributeValue] = {"k8s.pod.name": socket.gethostname()}
    if _KUBERNETES_NAMESPACE.exists():
        facts["k8s.namespace.name"] = _KUBERNETES_NAMESPACE.read_text(encoding="utf-8").strip()
    for name, variables in _KUBERNETES_VARIABLES.items():
        for variable in variables:
            if os.environ.get(variable):
                facts[name] = os.environ[variable]
                break
    return facts


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"

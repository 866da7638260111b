"""The operator resources' configurations, written from the shipped ones: ``python -m tests.deployment.kubernetes``.

Only what stands below ``config:`` in each resource is written; what is above it is written by hand.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final, cast

import yaml

from tests.deployment.plain_yaml import ROOT, load, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.deployment.plain_yaml import Node

FOLDER: Final = ROOT / "collector" / "kubernetes"
"""The resources."""

_SHIPPED: Final = ROOT / "collector" / "otelcol"
_MARK: Final = "\n  config:\n"
_NOTE: Final = """\
    # From {sources}, where the reasons are.
    # Written by python -m tests.deployment.kubernetes: a change here is overwritten.
"""

RESOURCES: Final[Mapping[str, tuple[str, str]]] = {
    # file: the shipped file, and the part of differences.yaml
    "agent.yaml": ("agent.yaml", "agent"),
    "gateway.yaml": ("gateway.yaml", "gateway"),
    "sampler.yaml": ("sampler.yaml", ""),
    "kafka/gateway.yaml": ("gateway-kafka.yaml", ""),
    "kafka/sampler.yaml": ("sampler-kafka.yaml", ""),
}


def merged(base: Node, patch: Node) -> dict[str, object]:
    """Merge as RFC 7396 says: mappings key by key, null takes away, everything else is replaced."""
    result = dict(base)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            below = result.get(key)
            inner = mapping(cast("object", below) if isinstance(below, dict) else None)
            result[key] = merged(inner, mapping(cast("object", value)))
        else:
            result[key] = value
    return result


def configuration(resource: str) -> Node:
    """What the configuration of a resource has to be.

    Args:
        resource: a file of ``RESOURCES``.
    """
    shipped, difference = RESOURCES[resource]
    base = load(_SHIPPED / shipped)
    return merged(base, mapping(load(FOLDER / "differences.yaml")[difference])) if difference else base


def written(resource: str) -> str:
    """The whole text of a resource, its configuration written anew."""
    shipped, difference = RESOURCES[resource]
    source = f"collector/otelcol/{shipped}" + (" and differences.yaml" if difference else "")
    head, mark, _ = (FOLDER / resource).read_text(encoding="utf-8").partition(_MARK)
    if not mark:
        raise ValueError(f"{resource} has no line 'config:' below 'spec:'")
    body = yaml.safe_dump(configuration(resource), sort_keys=False, width=160, default_flow_style=False)
    indented = "".join(f"    {line}" if line.strip() else line for line in body.splitlines(keepends=True))
    return f"{head}{mark}{_NOTE.format(sources=source)}{indented}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the resources, or say with ``--check`` which are not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something is not up to date")
    asked = parser.parse_args(arguments)
    texts = {name: written(name) for name in RESOURCES}
    outdated = [name for name, text in texts.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    if asked.check:
        for name in outdated:
            sys.stderr.write(f"collector/kubernetes/{name} is outdated: run python -m tests.deployment.kubernetes\n")
        return 1 if outdated else 0
    for name in outdated:
        (FOLDER / name).write_text(texts[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

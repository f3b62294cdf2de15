"""
The resources that exist, for comparing before and after; no history, no secrets.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.runs import Association
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Activation, Document, Node, Scope


def snapshot(service: Service) -> dict[str, object]:
    """
    Return every resource by kind and `account/region/id`, in stable order.
    """
    found: dict[str, dict[str, Any]] = {
        "ssm_activations": {},
        "ssm_associations": {},
        "ssm_documents": {},
        "ssm_managed_nodes": {},
        "ssm_service_settings": {},
    }
    for where, scope in sorted(service.scopes.items()):
        for kind, resources in _resources(scope).items():
            for name, facts in sorted(resources.items()):
                found[kind]["/".join((*where, name.strip("/")))] = facts
    return dict(found)


def _resources(scope: Scope) -> dict[str, dict[str, Any]]:
    settings = {
        name: setting.value
        for name, setting in scope.settings.items()
        if not setting.reset
    }
    return {
        "ssm_activations": {k: _activation(v) for k, v in scope.activations.items()},
        "ssm_associations": {k: _association(v) for k, v in scope.associations.items()},
        "ssm_documents": {k: _document(v) for k, v in scope.documents.items()},
        "ssm_managed_nodes": {k: _node(v) for k, v in scope.nodes.items()},
        "ssm_service_settings": settings,
    }


def _activation(activation: Activation) -> dict[str, Any]:
    return {
        "description": activation.description,
        "default_instance_name": activation.default_instance_name,
        "iam_role": activation.iam_role,
        "registration_limit": activation.limit,
        "registrations": activation.registrations,
        "tags": dict(sorted(activation.tags.items())),
    }


def _association(association: Association) -> dict[str, Any]:
    return {
        "request": association.request,
        "version": association.version,
        "tags": dict(sorted(association.tags.items())),
    }


def _document(document: Document) -> dict[str, Any]:
    by_number = {version.number: version.text for version in document.versions}
    text = by_number[document.default]
    return {
        "type": document.type,
        "default_version": document.default,
        "latest_version": max(by_number),
        "default_content_sha256": sha256(text.encode()).hexdigest(),
        "tags": dict(sorted(document.tags.items())),
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        "activation_id": node.activation_id,
        "computer_name": node.details.get("ComputerName", ""),
        "iam_role": node.iam_role,
        "name": node.name,
        "tags": dict(sorted(node.tags.items())),
    }

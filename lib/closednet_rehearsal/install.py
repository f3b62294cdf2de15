"""
Puts the rehearsal's services in moto's place, and makes moto's ids repeatable.
"""

from __future__ import annotations

import os

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from moto.core import responses as core_responses
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.core.utils import method_names_from_class
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)
from moto.s3.models import s3_backends

from closednet_rehearsal.settings import SEED
from closednet_rehearsal.stage import set_world


if TYPE_CHECKING:
    from moto.backends import SERVICE_NAMES

    from closednet_rehearsal.world import World


_WARM: Final[tuple[SERVICE_NAMES, ...]] = (
    "ec2",
    "route53",
    "route53resolver",
    "iam",
    "sts",
    "ssm",
    "logs",
    "cloudwatch",
    "kms",
    "s3",
    "secretsmanager",
)


class Dispatcher(DomainDispatcherApplication):
    """
    moto's dispatcher, but a known service's application is found at once.

    moto looks through its own folders for each request, half of the time it takes.
    """

    def get_application(self, environ: dict[str, Any]) -> Any:
        asked = environ.get("rehearsal.asked")
        is_s3_control = environ.get("PATH_INFO", "").startswith("/v20180820/")
        if asked is None or is_s3_control or asked.service not in self.app_instances:
            return super().get_application(environ)
        return self.app_instances[asked.service]


def install(world: World) -> DomainDispatcherApplication:
    """
    Return moto as one WSGI application with the rehearsal's services in it.
    """
    # Thousands of machine images would take a quarter of a second per account.
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    set_world(world)
    _replace_services()
    _repeatable(world)
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "false"
    application = Dispatcher(create_backend_app)
    for service in _WARM:
        application.app_instances[service] = create_backend_app(service)
    # Building the applications made backends of a default account: not ours.
    forget()
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    return application


def forget() -> None:
    """
    Drop all state that moto holds.
    """
    for backends in list(BackendDict._instances):  # type: ignore[misc] # noqa: SLF001
        backends.clear()
    BackendDict._instances.clear()  # type: ignore[misc] # noqa: SLF001
    # Bucket names are kept beside the backends, for all accounts together.
    s3_backends.bucket_accounts.clear()
    reset_model_data()


def reseed(*natural_key: str) -> None:
    """
    Make whatever moto invents next a function of what is being asked for.
    """
    text = "|".join((SEED, *natural_key))
    mock_random.seed(int(sha256(text.encode()).hexdigest(), 16))


def _replace_services() -> None:
    from moto.ec2 import urls as ec2_urls  # noqa: PLC0415 - after the environment
    from moto.ec2.models import ec2_backends  # noqa: PLC0415
    from moto.iam import models as iam_models  # noqa: PLC0415
    from moto.route53 import urls as route53_urls  # noqa: PLC0415
    from moto.route53.models import route53_backends  # noqa: PLC0415
    from moto.route53resolver import urls as resolver_urls  # noqa: PLC0415
    from moto.route53resolver.models import route53resolver_backends  # noqa: PLC0415
    from moto.sts import urls as sts_urls  # noqa: PLC0415
    from moto.sts.models import sts_backends  # noqa: PLC0415

    from closednet_rehearsal import (  # noqa: PLC0415
        ec2,
        iam,
        iam_reads,
        resolver,
        route53,
        service_quotas,
        telemetry,
        zones,
    )

    telemetry.install()
    service_quotas.install()
    _set(ec2_backends, ec2.RehearsalEC2Backend)
    ec2_urls.url_paths["{0}/"] = ec2.RehearsalEC2Response.dispatch
    _set(route53_backends, zones.RehearsalRoute53Backend)
    route53_urls.url_paths.update(route53.url_paths())
    _set(route53resolver_backends, resolver.RehearsalResolverBackend)
    resolver_urls.url_paths["{0}/$"] = resolver.RehearsalResolverResponse.dispatch
    _set(iam_models.iam_backends, iam.RehearsalIAMBackend)
    iam_reads.install()
    # One partition instead of six: the managed policies are loaded per partition.
    vars(iam_models)["PARTITION_NAMES"] = ["aws"]
    vars(iam_models.iam_backends)["_additional_regions"] = ["aws"]
    _set(sts_backends, iam.RehearsalSTSBackend)
    sts_urls.url_paths["{0}/$"] = iam.RehearsalSTSResponse.dispatch


def _set(backends: Any, backend: type) -> None:
    backends.backend = backend


def _repeatable(world: World) -> None:
    def request_id(headers: dict[str, Any] | None = None) -> str:
        made = world.ids.uuid("request")
        if headers is not None:
            headers["x-amzn-requestid"] = made
        return made

    hooks = vars(core_responses)
    hooks["gen_amzn_requestid_long"] = request_id
    # moto lists a class's methods again for each request; here they never change.
    hooks["method_names_from_class"] = cache(method_names_from_class)

"""
The first checkpoint as a program: `... FOLDER HOSTS SOCKET`, life on standard input.
"""

from __future__ import annotations

import sys

from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from botocore import loaders, session
from botocore.exceptions import DataNotFoundError, UnknownServiceError

from closednet_rehearsal.lean import collect_seldom, share_models


SERVICES: Final = (
    *("cloudwatch", "ec2", "iam", "kms", "logs", "route53", "route53resolver"),
    *("s3", "secretsmanager", "ssm", "sts"),
)
MODELS: Final = ("service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1")
DATA: Final = ("endpoints", "partitions", "sdk-default-configuration", "_retry")


def main(arguments: list[str]) -> int:
    """
    Prepare everything that all later processes share, then keep it.
    """
    folder, hosts, at = arguments
    collect_seldom()
    share_models()
    # Not before: moto reads the models as it is imported.
    keeper: Any = import_module("closednet_rehearsal.branching.keeper")
    serving: Any = import_module("closednet_rehearsal.branching.serving")
    _warm()
    prepare = partial(serving.first, Path(folder), int(hosts), Path.cwd())
    keeper.begin(prepare, Path(folder), at)
    return 0


def _warm() -> None:
    """
    Read what clients are made of, for all operations that will be forked.

    No client is made here: that of S3 changes its model, and breaks moto's.
    """
    import_module("IPython.core.getipython")
    loader = loaders.create_loader()
    vars(session)["create_loader"] = lambda *_: loader
    loader.list_available_services("service-2")
    for name in DATA:
        loader.load_data(name)
    for service in SERVICES:
        for model in MODELS:
            with suppress(DataNotFoundError, UnknownServiceError):
                loader.load_service_model(service, model)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""
The commands about parameters alone; nothing is called.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING

from closednet.model.cloudwatch_wishes import Wishes
from closednet.params.load import load
from closednet.params.schema import json_schema, markdown


if TYPE_CHECKING:
    from argparse import Namespace


def check(arguments: Namespace) -> int:
    """
    Judge the parameters; nothing is called.
    """
    params = load(arguments.params)
    Wishes(params, "").confirm()
    if arguments.json:
        print(json.dumps({"ok": True, "site": params.site}))
    else:
        print(f"{arguments.params}: site {params.site} is well described")
    return 0


def schema(arguments: Namespace) -> int:
    """
    Print what may stand in a parameters file.
    """
    text = markdown() if arguments.markdown else json.dumps(json_schema(), indent=2)
    print(text.rstrip("\n"))
    return 0

"""
What nodes answered to a command.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


ERROR_MARK: Final = "----------ERROR-------"


@dataclass(frozen=True, slots=True)
class NodeResult:
    """
    How a command ended on one node; `response_code` is -1 before it began.
    """

    node_id: str
    status: str
    response_code: int
    output: str
    error: str

    @property
    def succeeded(self) -> bool:
        """
        Whether the document did all its steps.
        """
        return self.status == "Success"


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """
    The commands that were sent, one for 50 nodes, and the result of every node.
    """

    command_ids: tuple[str, ...]
    results: tuple[NodeResult, ...]

    @property
    def command_id(self) -> str:
        """
        The first command's id.
        """
        return self.command_ids[0] if self.command_ids else ""

    @property
    def succeeded(self) -> bool:
        """
        Whether it succeeded on every node, and there was one.
        """
        return bool(self.results) and all(result.succeeded for result in self.results)


def node_result(raw: Any) -> NodeResult:
    """
    Return an invocation of Run Command as a result.
    """
    plugins = raw.get("CommandPlugins", ())
    texts = [plugin.get("Output", "").partition(ERROR_MARK) for plugin in plugins]
    codes = [plugin.get("ResponseCode", -1) for plugin in plugins]
    # A step that does not fit the platform is skipped with code 0.
    worst = max(codes, key=abs, default=-1)
    return NodeResult(
        node_id=raw["InstanceId"],
        status=raw.get("StatusDetails", raw["Status"]).replace(" ", ""),
        response_code=worst,
        output="".join(out for out, _, _ in texts).strip(),
        error="".join(err for _, _, err in texts).strip(),
    )

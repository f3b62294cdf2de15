"""
The verifier as one file, to lie in an archive and to be carried anywhere.
"""

from __future__ import annotations

import ast

from functools import lru_cache
from importlib import resources
from typing import Final


PACKAGE: Final = "closednet.evidence.verifier"
# Each module stands below those whose names it uses.
MODULES: Final = (
    *("strict", "findings", "tools", "der", "ed25519", "p256", "keys", "sshsig"),
    *("place", "chain", "content", "approvers", "envelope", "stamp", "seal"),
    "program",
)
HEAD: Final = '''\
#!/usr/bin/env python3
"""
Verify the archive of a run with nothing but Python's standard library.

    python3 -I verify.py [PLACE] [--signer KEY] [--authority FILE]

A copy of this file lies in every sealed archive. Take yours from somebody you trust:
whoever can change an archive can change the copy in it as well. It needs Python 3.9
or newer, no network, no package and nothing of the project; time stamps are judged
by openssl, and rare kinds of SSH keys by ssh-keygen, where they are installed.

Exit codes: 0 it holds, 1 it does not, 2 not usable so, 3 not all could be checked.
"""

from __future__ import annotations

'''
TAIL: Final = """

if __name__ == "__main__":
    sys.exit(verify_main(sys.argv[1:], Path(__file__).resolve().parent))
"""


@lru_cache(maxsize=1)
def text() -> str:
    """
    Return the text of the single file; the same for the same modules.
    """
    imports: set[str] = set()
    parts: list[str] = []
    for name in MODULES:
        source = resources.files(PACKAGE).joinpath(f"{name}.py").read_text("utf-8")
        found, body = _split(source)
        imports |= found
        title = (ast.get_docstring(ast.parse(source)) or "").splitlines()[0]
        parts.append(f"\n\n# --- {name}: {title}\n\n{body}")
    return HEAD + "\n".join(sorted(imports)) + "\n" + "\n".join(parts) + TAIL


def _split(source: str) -> tuple[set[str], str]:
    """
    Return the imports of the standard library in a module, and the rest of it.

    What is imported for type checkers only is left out, as annotations are not
    evaluated; comments stay with what they stand before.
    """
    lines = source.splitlines()
    imports: set[str] = set()
    kept: list[str] = []
    end = 0
    for node in ast.parse(source).body:
        piece = "\n".join(lines[end : node.end_lineno])
        end = node.end_lineno or end
        match node:
            case ast.Import() | ast.ImportFrom():
                imports |= _lines(node)
            case ast.Expr(value=ast.Constant()) | ast.If():
                pass
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                pass
            case _:
                kept.append(piece)
    return imports, "\n".join(kept).strip("\n")


def _lines(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.Import):
        return {f"import {alias.name}" for alias in node.names}
    module = node.module or ""
    if module == "__future__" or module.startswith(PACKAGE):
        return set()
    return {f"from {module} import {alias.name}" for alias in node.names}

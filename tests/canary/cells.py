"""
Ways in which a cell of a notebook shows what it knows.
"""

from __future__ import annotations

from typing import Final


SETUP: Final = """
import base64, html, json, logging, os, pprint, subprocess, sys, time, traceback, warnings
from dataclasses import dataclass
from pathlib import Path
from datetime import UTC, datetime
from closednet.evidence import journal, kernel_hooks
from closednet.redact import Secret
book = journal.Journal(Path({path!r}), run_id="canary", clock=lambda: datetime.now(UTC))
assert kernel_hooks.install(book)
told = json.loads(Path({secrets!r}).read_text())
LEAKS = told["leaks"]
secrets = [Secret(value, name=name) for name, value in told["canaries"].items()]
leak, secret = "", secrets[0]
"""
# Each is tried with every form of every canary in `leak`.
WAYS: Final = {
    "print": "print(leak)",
    "print to stderr": "print(leak, file=sys.stderr)",
    "result": "leak",
    "result in a list": "[{'value': leak}]",
    "error": "raise ValueError(leak)",
    "error with a cause": (
        "try:\n    raise KeyError(leak)\nexcept KeyError as err:\n"
        "    raise RuntimeError('failed') from err"
    ),
    "error in a note": "err = ValueError('x')\nerr.add_note(leak)\nraise err",
    "error of int()": "int(leak)",
    "error of a look-up": "{}[leak]",
    "error of an assertion": "assert not leak, leak",
    "error group": "raise ExceptionGroup('several', [ValueError(leak)])",
    "exit": "sys.exit(leak)",
    "traceback in words": (
        "try:\n    raise ValueError(leak)\nexcept ValueError:\n    traceback.print_exc()"
    ),
    "verbose traceback": (
        "%xmode Verbose\ndef deep(kept):\n    return len(kept) / 0\ndeep(leak)"
    ),
    "log": "logging.getLogger('canary').warning('it is %s', leak)",
    "log of an error": (
        "try:\n    raise ValueError(leak)\nexcept ValueError:\n"
        "    logging.getLogger('canary').exception('failed')"
    ),
    "warning": "warnings.warn(leak, stacklevel=1)",
    "HTML": "from IPython.display import HTML\nHTML(f'<b>{leak}</b>')",
    "HTML, escaped": "from IPython.display import HTML\nHTML(html.escape(leak))",
    "JSON": "from IPython.display import JSON\nJSON({'value': leak})",
    "Markdown": "from IPython.display import Markdown\nMarkdown(leak)",
    "display, updated": (
        "from IPython.display import display\nshown = display('-', display_id=True)\n"
        "shown.update(leak)"
    ),
    "display, cleared": (
        "from IPython.display import clear_output\nprint(leak)\nclear_output()"
    ),
    "pandas": "import pandas\npandas.DataFrame({'value': [leak]})",
    "pprint": "pprint.pprint({'deep': {'er': [leak]}})",
    "comm": (
        "from comm import create_comm\n"
        "made = create_comm(target_name='x', data={'v': leak}, metadata={'m': leak})\n"
        "made.send({'v': leak})"
    ),
    "next cell": "get_ipython().set_next_input(repr(leak))",
    "help": "leak?",
    "names": "kept = leak\n%whos",
    "shell": "import shlex\nquoted = shlex.quote(leak)\n!printf '%s\\n' {quoted}",
    "child's output": "subprocess.run(['printf', '%s\\\\n', leak], check=True)",
    "child's output, kept": (
        "subprocess.run(['printf', '%s', leak], capture_output=True, text=True)"
    ),
    "child's error": "subprocess.run(['false', leak], check=True)",
    "environment": "os.environ['LEAK'] = leak.replace(chr(0), '')\n%env LEAK",
    # The kernel reads what these two print from a pipe, and no cell waits for it.
    "child's environment": (
        "subprocess.run(['env'], env=os.environ | {'LEAK': leak}, check=True)\n"
        "time.sleep(0.4)"
    ),
    "file descriptor": "os.write(1, leak.encode() + b'\\n')\ntime.sleep(1)",
    "journal": "book.record('note', text=leak, nested={leak: [leak]})",
}
# Tried once: the secret itself, where nobody reveals it.
OWN: Final = {
    "the secret": "secret",
    "the secret, printed": "print(secret, repr(secret), f'{secret!r:>40}')",
    "the secret, in old words": "print('%s and %r' % (secret, secret))",
    "the secret, logged": "logging.getLogger().error('it is %s', secret)",
    "the secret, in a dataclass": (
        "@dataclass\nclass Kept:\n    code: object\nKept(secret)"
    ),
    "the secret, as an error": "raise ValueError(secret)",
    "the secret, in JSON": "json.dumps(secret)",
    "the secret, pickled": "import pickle\npickle.dumps(secret)",
    "the secret, copied": "import copy\ncopy.deepcopy([secret])",
    "the secret, in YAML": "import yaml\nyaml.dump({'code': secret})",
    "the secret, added": "'code=' + secret",
    "the secret, joined": "','.join([secret])",
    "the secret, as an argument": "subprocess.run(['true', secret])",
    "the secret, in the environment": "os.environ['CODE'] = secret",
    "the secret, formatted badly": "f'{secret:d}'",
    "the secret, compared": "assert secret == 'x', secret",
    "the secret, inspected": "pprint.pprint(vars(type(secret)))",
    "the secret, in its own error": (
        "try:\n    int(secret.reveal())\nexcept ValueError as err:\n"
        "    err.add_note(secret.reveal())\n    raise"
    ),
    "the secret, with all variables": (
        "def deep(value):\n    return value / 0\n%xmode Verbose\n"
        "deep(secrets[1].reveal())"
    ),
}

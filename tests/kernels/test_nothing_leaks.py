"""
Whatever a notebook does to its process, the next notebook sees nothing of it.
"""

from __future__ import annotations

import os

from tests.kernels.notebooks import run


SERVICE_MODEL = """
from closednet.aws import models
loader = models.new_session().get_component("data_loader")
operations = loader.load_service_model("ssm", "service-2", api_version=None)["operations"]
"""
LEAVES = {
    "a module": (
        "import colorsys",
        "import sys; print('colorsys' in sys.modules)",
    ),
    "the environment": (
        "import os; os.environ['LEFT'] = '1'",
        "import os; print('LEFT' in os.environ)",
    ),
    "the environment of C": (
        "import os; os.putenv('LEFT', '1')",
        "import os; print(os.popen('echo $LEFT').read() == '1\\n')",
    ),
    "the working directory": (
        "import os; os.chdir('/')",
        "import os; print(os.getcwd() == '/')",
    ),
    "a default session": (
        "import boto3; boto3.setup_default_session(region_name='eu-north-1')",
        "import boto3; print(boto3.DEFAULT_SESSION is not None)",
    ),
    "a changed service model": (
        f"{SERVICE_MODEL}operations.clear()",
        f"{SERVICE_MODEL}print(not operations)",
    ),
    "a patched function": (
        "import textwrap; textwrap.dedent = lambda _: 'left'",
        "import textwrap; print(textwrap.dedent('') == 'left')",
    ),
    "a patched builtin": (
        "import builtins; builtins.left = 1",
        "import builtins; print(hasattr(builtins, 'left'))",
    ),
    "a search path": (
        "import sys; sys.path.append('/left')",
        "import sys; print('/left' in sys.path)",
    ),
    "a known secret": (
        "from closednet.redact import Secret; kept = Secret('x' * 20, name='left')",
        "from closednet import redact; print('left' in redact.names())",
    ),
    "a signal handler": (
        "import signal; signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "import signal; print(signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN)",
    ),
    "a file mode mask": (
        "import os; os.umask(0o077)",
        "import os; print(os.umask(0o022) == 0o077)",
    ),
    "a variable": (
        "left = 1",
        "print('left' in globals())",
    ),
    "an import hook": (
        "import sys; sys.meta_path.append(type('Left', (), {'find_spec': print}))",
        "import sys; print(any('Left' in str(each) for each in sys.meta_path))",
    ),
    "a thread": (
        "import threading; threading.current_thread().name = 'left'",
        "import threading; print('left' in [t.name for t in threading.enumerate()])",
    ),
    "an open file": (
        "import os; os.dup2(os.open(os.devnull, os.O_RDONLY), 200)",
        "import os; print(os.path.exists('/proc/self/fd/200'))",
    ),
}


def test_what_a_notebook_leaves_is_gone_in_the_next() -> None:
    """
    The leaver itself sees what it left, so that each question is a real one.
    """
    seen = run(*[cell for leave_and_look in LEAVES.values() for cell in leave_and_look])
    left = run(*[look for _, look in LEAVES.values()])

    assert dict.fromkeys(LEAVES, "True\n") == dict(zip(LEAVES, seen[1::2], strict=True))
    assert dict.fromkeys(LEAVES, "False\n") == dict(zip(LEAVES, left, strict=True))


def test_no_two_notebooks_draw_the_same_random_numbers() -> None:
    """
    A fork begins with a copy of the generators, which must not stay one.
    """
    draw = (
        "import random, secrets, uuid, tempfile, numpy\n"
        "print(random.random(), secrets.token_hex(), uuid.uuid4(),"
        " next(tempfile._get_candidate_names()), numpy.random.random())"
    )
    first, second = run(draw)[0].split(), run(draw)[0].split()

    assert 5 == len(first)
    assert not set(first) & set(second)


def test_a_seed_of_one_notebook_is_not_the_next_one_s() -> None:
    """
    Seeding makes numbers repeat in one notebook only.
    """
    seeded = run("import random; random.seed(1); print(random.random())")

    assert seeded == run("import random; random.seed(1); print(random.random())")
    assert seeded != run("import random; print(random.random())")


def test_a_secret_is_nowhere_in_the_memory_of_the_next_notebook() -> None:
    """
    Neither one from the environment nor one that a cell held is ever copied.
    """
    env = os.environ | {"HELD": "leaked-by-env-" + 16 * "7"}
    hold = "import os; kept = os.environ['HELD'] + ''.join(['leaked-', 'by-cell-', 16 * '8'])"
    # The pattern does not match its own text.
    search = (
        "import re\n"
        "pattern = re.compile(rb'leaked-by-(?:env|cell)-[7-8]{16}')\n"
        "found = set()\n"
        "for line in open('/proc/self/maps'):\n"
        "    place, rights, *_, name = line.split(maxsplit=5) + ['']\n"
        "    if 'w' not in rights or '[v' in line: continue\n"
        "    begin, end = (int(x, 16) for x in place.split('-'))\n"
        "    with open('/proc/self/mem', 'rb', buffering=0) as memory:\n"
        "        memory.seek(begin)\n"
        "        try: found |= set(pattern.findall(memory.read(end - begin)))\n"
        "        except OSError: pass\n"
        "print(len(found))"
    )
    own = run(hold, search, env=env)

    assert "2\n" == own[1]
    assert ["0\n"] == run(search)

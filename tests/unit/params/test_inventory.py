"""
Servers come from CSV files and from static Ansible inventories.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from closednet.errors import ParamsError
from closednet.params.ansible_patterns import expanded
from closednet.params.load import load
from closednet.site import params_digest


if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[..., Path]

ROOT = Path(__file__).parents[3]
GOOD = (ROOT / "params" / "rehearsal.yaml").read_text("utf-8")
HEAD, _, TAIL = GOOD.partition("\nhosts:\n")
NO_HOSTS = HEAD + "\n" + TAIL[TAIL.index("rollout:") :]

CSV = """\
name,address,os,groups
web01,192.168.10.11,ubuntu,web
web02,192.168.10.12,ubuntu,web
db01,192.168.10.21,rhel,db
"""
INI = """\
# the site's servers
lonely ansible_host=192.168.10.99 closednet_os=sles

[web]
web[01:02] closednet_os=ubuntu ; range
[web:vars]
ansible_user = "ops"
[db]
db01.example.com ansible_host=192.168.10.21 ansible_user=root
win01 ansible_host=192.168.10.31 ansible_connection=winrm closednet_os=windows
[tokyo:children]
web
db
[tokyo:vars]
ansible_user=nobody
closednet_os=rhel
"""
YAML = """\
all:
  vars: {closednet_os: ubuntu}
  children:
    tokyo:
      children:
        web:
          hosts:
            web[01:02]:
          vars: {ansible_user: ops}
        db:
          hosts:
            db01: {ansible_host: 192.168.10.21, closednet_os: rhel}
"""


@pytest.fixture(name="write")
def _write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    connection = tmp_path / "connection.yaml"
    connection.write_text("{}\n")
    monkeypatch.setenv("CLOSEDNET_CONNECTION", str(connection))

    def write(name: str, text: str, more: str = "") -> Path:
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / "site.yaml").write_text(
            NO_HOSTS.replace("registration_limit: 3", "registration_limit: 9")
            + f"\ninventory:\n  file: {name}\n{more}"
        )
        return tmp_path / "site.yaml"

    return write


def named(file: Path) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    return [(h.name, h.address, h.os, h.user, h.groups) for h in load(file).hosts]


def problems(file: Path) -> str:
    with pytest.raises(ParamsError) as caught:
        load(file)
    return "\n".join(map(str, caught.value.problems))


class TestCsv:
    def test_rows_become_servers_like_any_other(self, write: Write) -> None:
        found = named(write("servers.csv", CSV))

        assert ("db01", "192.168.10.21", "rhel", "root", ("db",)) == found[2]
        assert 3 == len(found)

    def test_a_spreadsheet_s_own_habits_are_fine(self, write: Write) -> None:
        """A byte order mark, semicolons, capitals and empty rows."""
        text = "\ufeffName;Address;OS\r\nweb01;192.168.10.11;ubuntu\r\n;;\r\n"

        assert "web01" == named(write("servers.csv", text))[0][0]

    def test_where_servers_are_listed_is_not_part_of_the_digest(
        self, write: Write, tmp_path: Path
    ) -> None:
        bare = CSV.replace(",groups", "").replace(",web\n", "\n").replace(",db\n", "\n")
        listed = load(write("servers.csv", bare))
        (tmp_path / "site.yaml").write_text(
            GOOD.replace("registration_limit: 3", "registration_limit: 9")
        )

        assert params_digest(load(tmp_path / "site.yaml")) == params_digest(listed)

    def test_all_that_is_wrong_is_named_with_its_line(self, write: Write) -> None:
        text = CSV + "web01,192.168.10.300,ubuntoo,web\nx,y\n"

        said = problems(write("servers.csv", text))

        assert "servers.csv (line 6): has 2 cells, not 4, here" in said
        assert "servers.csv web01.os (line 5): is 'ubuntoo'" in said

    def test_rules_between_servers_name_the_file_too(self, write: Write) -> None:
        said = problems(write("servers.csv", CSV + "web09,192.168.10.11,ubuntu,web\n"))

        assert (
            "servers.csv web09.address (line 5): 192.168.10.11 is given twice" in said
        )

    def test_unknown_and_missing_columns_are_named(self, write: Write) -> None:
        said = problems(write("servers.csv", "name,adress,os\n"))

        assert "has no column address" in said
        assert "'adress'; did you mean address?" in said

    def test_a_missing_file_is_named(self, write: Write) -> None:
        file = write("servers.csv", CSV)
        (file.parent / "servers.csv").unlink()

        assert "servers.csv: cannot be read: no such file" in problems(file)


class TestAnsible:
    def test_ini_with_ranges_children_and_precedence(self, write: Write) -> None:
        text = INI.replace(
            "web[01:02] closednet_os=ubuntu ; range",
            "web01 closednet_os=ubuntu ansible_host=192.168.10.11",
        )
        file = write("hosts", text)

        by_name = {host.name: host for host in load(file).hosts}
        web, db, win = by_name["web01"], by_name["db01"], by_name["win01"]
        assert ("ops", "ubuntu", ("tokyo", "web")) == (web.user, web.os, web.groups)
        assert ("root", "rhel") == (db.user, db.os)
        assert ("script", "windows") == (win.connector, win.os)
        assert "lonely" in by_name

    def test_yaml_with_variables_beside_it(self, write: Write) -> None:
        file = write("servers.yml", YAML)
        folder = file.parent / "host_vars"
        folder.mkdir()
        (folder / "web01.yml").write_text("ansible_host: 192.168.10.11\n")
        (folder / "web02.yml").write_text("ansible_host: 192.168.10.12\n")

        assert [
            ("web01", "192.168.10.11", "ubuntu", "ops", ("tokyo", "web")),
            ("web02", "192.168.10.12", "ubuntu", "ops", ("tokyo", "web")),
            ("db01", "192.168.10.21", "rhel", "root", ("db", "tokyo")),
        ] == named(file)

    def test_a_group_can_be_chosen(self, write: Write) -> None:
        text = YAML.replace("web[01:02]:", "web01: {ansible_host: 192.168.10.11}")

        assert ["db01"] == [
            one[0] for one in named(write("s.yml", text, "  groups: [db]\n"))
        ]
        assert "has no group dbs; it has: db, tokyo, web" in problems(
            write("s.yml", text, "  groups: [dbs]\n")
        )

    def test_defaults_fill_what_the_file_does_not_say(self, write: Write) -> None:
        file = write(
            "hosts",
            "a01 ansible_host=192.168.10.11\n",
            "  defaults: {os: sles, user: ops}\n",
        )

        assert [("a01", "192.168.10.11", "sles", "ops", ())] == named(file)

    @pytest.mark.parametrize(
        ("name", "text", "words"),
        [
            ("hosts", "#!/usr/bin/python3\nprint()\n", "a dynamic inventory"),
            ("s.yml", "plugin: aws_ec2\n", "inventory plug-in aws_ec2"),
            ("s.yml", "all: {hosts: {a: {ansible_host: '{{ x }}'}}}", "is a template"),
            ("s.yml", "all: {hosts: {a: {ansible_host: !vault x}}}", "no static YAML"),
            ("s.yml", "all: {hosst: {}}", "all.hosst is none of hosts, vars"),
            ("s.yml", "- a\n", "not a mapping of groups"),
            ("hosts", "a01\n", "a01 has no ansible_host"),
            ("hosts", "10.0.0.1\n", "has an address for a name"),
            (
                "hosts",
                "a ansible_host=1.2.3.4 ansible_port=2222\n",
                "ansible_port 2222",
            ),
            ("hosts", "a:2222 ansible_host=1.2.3.4\n", "ansible_port 2222"),
            ("hosts", "a ansible_host=1.2.3.4 ansible_connection=local", "local"),
            ("hosts", "a 'b\n", "cannot be read"),
            ("hosts", "a[3:1] ansible_host=1.2.3.4\n", "is empty"),
            ("hosts", "[a:children]\nb\n[b:children]\na\n", "children of themselves"),
            ("hosts", "# nobody\n", "lists no server"),
        ],
    )
    def test_what_only_ansible_could_know_is_refused(
        self, write: Write, name: str, text: str, words: str
    ) -> None:
        assert words in problems(write(name, text))

    @pytest.mark.parametrize(
        ("pattern", "names"),
        [
            ("web", ["web"]),
            ("web[8:10]", ["web8", "web9", "web10"]),
            ("web[08:10]-x", ["web08-x", "web09-x", "web10-x"]),
            ("db-[a:c]", ["db-a", "db-b", "db-c"]),
            ("n[1:5:2]", ["n1", "n3", "n5"]),
            ("r[1:2]s[1:2]", ["r1s1", "r1s2", "r2s1", "r2s2"]),
        ],
    )
    def test_ranges(self, pattern: str, names: list[str]) -> None:
        assert names == expanded(pattern)


class TestSetAside:
    def test_a_server_is_left_out(self, write: Write) -> None:
        file = write("servers.csv", CSV)
        text = file.read_text()
        file.write_text(text.replace("rollout:\n", "rollout:\n  set_aside: [WEB02]\n"))

        assert ["web01", "db01"] == [host.name for host in load(file).hosts]

    def test_a_server_that_nobody_has_is_named(self, write: Write) -> None:
        file = write("servers.csv", CSV)
        text = file.read_text()
        file.write_text(text.replace("rollout:\n", "rollout:\n  set_aside: [web7]\n"))

        assert "rollout.set_aside[0]" in problems(file)


class TestWaves:
    def test_an_activation_is_for_the_first_wave_only(self, write: Write) -> None:
        file = write("servers.csv", CSV)
        text = file.read_text().replace(
            "registration_limit: 9", "registration_limit: 1"
        )
        file.write_text(text)
        assert "is 1, but 3 servers must register" in problems(file)

        file.write_text(text.replace("rollout:\n", "rollout:\n  waves: [1, 2]\n"))
        assert 3 == len(load(file).hosts)

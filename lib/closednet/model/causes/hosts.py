"""
Causes in the servers themselves: how they are reached, and what they are.
"""

from __future__ import annotations

from typing import Final

from closednet.model.causes.cause import Cause


ADMINISTRATOR: Final = "server administrator"
OPERATOR: Final = "operator"
FIREWALL: Final = "firewall team"

REACHED: Final = (
    Cause(
        "host-silent",
        "nothing answers on port 22 of the server: it is off, or a firewall drops what"
        " this machine sends",
        "switch the server on; if it is, let this machine in on port 22",
        ADMINISTRATOR,
    ),
    Cause(
        "ssh-refused",
        "the server is up, and nothing listens on its SSH port",
        "start sshd on the server, or name the port it listens on in"
        " connection.ssh_command",
        ADMINISTRATOR,
    ),
    Cause(
        "host-key-changed",
        "the server shows another host key than the one that this machine knows",
        "compare the fingerprint with the server's administrator: a rebuilt server"
        " has a new key, a stranger in between has one, too; then mend known_hosts,"
        " and never switch the check off",
        OPERATOR,
    ),
    Cause(
        "host-key-unknown",
        "this machine does not know the server's host key",
        "compare the fingerprint with the server's administrator, then add the key"
        " to known_hosts",
        OPERATOR,
    ),
    Cause(
        "ssh-key-refused",
        "the server accepts none of the operator's keys for this user",
        "load the right key into the SSH agent, or have the public key added to the"
        " user's authorized_keys",
        OPERATOR,
    ),
    Cause(
        "ssh-hangs",
        "the server takes the connection, and then no script comes to an end",
        "look at its load, its disks and network file systems on its console",
        ADMINISTRATOR,
    ),
    Cause(
        "host-name-unresolved",
        "the name in connection.ssh_command or of a jump host has no address here",
        "mend the name, or the resolver of this machine",
        OPERATOR,
    ),
    Cause(
        "sudo-password",
        "sudo asks the user for a password, and nobody is there to type it",
        "allow `/bin/sh -s` for this user with NOPASSWD, or name a command that prints"
        " the right password in connection.sudo_password_command",
        ADMINISTRATOR,
    ),
    Cause(
        "sudo-forbidden",
        "sudo does not allow the user what the runbook runs",
        "allow `/bin/sh -s` for this user with NOPASSWD",
        ADMINISTRATOR,
    ),
)

FITNESS: Final = (
    Cause(
        "other-architecture",
        "the server has another processor than the parameters say",
        "mend hosts[].arch in the parameters, then plan again",
        OPERATOR,
    ),
    Cause(
        "other-system",
        "the server takes other packages than the parameters say",
        "mend hosts[].os in the parameters, then plan again",
        OPERATOR,
    ),
    Cause(
        "kernel-too-old",
        "the server's kernel is older than the agent needs (3.2)",
        "leave the server out, or upgrade its system: the last agent for such"
        " kernels is 3.0.1479.0",
        ADMINISTRATOR,
    ),
    Cause(
        "systemd-not-running",
        "the server was not booted with systemd, which starts the agents",
        "take a server that boots with systemd; a container is none",
        ADMINISTRATOR,
    ),
    Cause(
        "tools-missing",
        "tools are missing that fetch the agent's package and verify its signature",
        "install curl and gpg from the server's own repositories",
        ADMINISTRATOR,
    ),
    Cause(
        "trust-store-missing",
        "the server has no certificate authorities to trust: every HTTPS call fails",
        "install ca-certificates from the server's own repositories",
        ADMINISTRATOR,
    ),
    Cause(
        "disk-full",
        "the disk has no room for the agents and their logs",
        "free 512 MB in /, /var and /opt, or enlarge the file system",
        ADMINISTRATOR,
    ),
    Cause(
        "file-system-read-only",
        "the agents' folder lies on a file system that is mounted read-only",
        "look in the kernel's log for disk errors, then mount it with rw; change"
        " /etc/fstab if it says ro",
        ADMINISTRATOR,
    ),
    Cause(
        "file-system-noexec",
        "the agents' folder lies on a file system from which nothing may be run, but"
        " commands are scripts that are run there",
        "mount it without noexec, or give /var/lib/amazon a file system of its own",
        ADMINISTRATOR,
    ),
    Cause(
        "instance-metadata-answers",
        "something answers for 169.254.169.254: the agents take the server for one"
        " of EC2's",
        "have the firewall reject that address, or set Identity.ConsumptionOrder to"
        ' ["OnPrem"] in amazon-ssm-agent.json',
        FIREWALL,
    ),
    Cause(
        "snap-agent-present",
        "the snap of the SSM Agent is installed: two agents fight for one server",
        "remove it with `snap remove amazon-ssm-agent`, then plan again",
        ADMINISTRATOR,
    ),
    Cause(
        "machine-id-shared",
        "several servers have one machine id, as clones do: AWS takes them for one",
        "make a new one on the clones: empty /etc/machine-id, run"
        " systemd-machine-id-setup, and restart them",
        ADMINISTRATOR,
    ),
    Cause(
        "registered-in-other-region",
        "the server is registered with Systems Manager in another Region",
        "have its owner deregister it there and clear it with"
        " `amazon-ssm-agent -register -clear`, then plan again",
        ADMINISTRATOR,
    ),
    Cause(
        "registered-elsewhere",
        "the server is registered with another account, or by another site",
        "have its owner deregister it there and clear it with"
        " `amazon-ssm-agent -register -clear`, then plan again",
        ADMINISTRATOR,
    ),
)

CAUSES: Final = (*REACHED, *FITNESS)

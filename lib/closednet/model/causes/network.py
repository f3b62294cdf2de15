"""
Causes in the way between site and VPC: routes, groups, network ACLs, firewalls.
"""

from __future__ import annotations

from typing import Final

from closednet.model.causes.cause import Cause


VPC_OWNER: Final = "owner of the VPC"
FIREWALL: Final = "firewall team"
NETWORK: Final = "network team"
OPERATOR: Final = "operator"
SERVERS: Final = "server administrator"
DNS: Final = "DNS administrator"

CAUSES: Final = (
    Cause(
        "vpc-dns-off",
        "DNS support or DNS host names are off in the VPC, so no private name works",
        "switch enableDnsSupport and enableDnsHostnames on in the VPC",
        VPC_OWNER,
    ),
    Cause(
        "return-route-missing",
        "a subnet of the endpoints has no working private route back to the site",
        "add a route for the site's block to the transit or virtual private gateway in"
        " the subnet's route table, and look that the attachment is there",
        VPC_OWNER,
    ),
    Cause(
        "network-acl-blocks-requests",
        "the network ACL of a subnet drops what the site asks",
        "allow tcp 443, and 53 over tcp and udp, from the site's blocks inbound",
        VPC_OWNER,
    ),
    Cause(
        "network-acl-blocks-answers",
        "the network ACL of a subnet drops the answers: it keeps no state",
        "allow tcp and udp to ports 1024-65535 of the site's blocks outbound",
        VPC_OWNER,
    ),
    Cause(
        "security-group-blocks-https",
        "the endpoint's security groups do not admit tcp 443 from the site",
        "plan notebook 10 again: it puts the rule back; find out who removed it",
        OPERATOR,
    ),
    Cause(
        "security-group-blocks-dns",
        "the inbound endpoint's security groups admit port 53 over neither protocol",
        "plan notebook 10 again: it puts the rules back; find out who removed them",
        OPERATOR,
    ),
    Cause(
        "security-group-blocks-dns-udp",
        "the inbound endpoint's security groups admit port 53 over tcp only",
        "plan notebook 10 again: it puts the rule for udp back",
        OPERATOR,
    ),
    Cause(
        "security-group-blocks-dns-tcp",
        "the inbound endpoint's security groups admit port 53 over udp only",
        "plan notebook 10 again: it puts the rule for tcp back",
        OPERATOR,
    ),
    Cause(
        "endpoint-missing",
        "a service that the servers need has no interface endpoint in the VPC",
        "plan notebook 10 again: it makes the endpoint; find out who removed it",
        OPERATOR,
    ),
    Cause(
        "endpoint-not-available",
        "an interface endpoint exists, and AWS does not serve it",
        "read its state: pending for longer than ten minutes is a case for AWS support;"
        " pendingAcceptance waits for its owner; a failed one is removed and made again",
        OPERATOR,
    ),
    Cause(
        "endpoint-private-dns-off",
        "private DNS is off at an endpoint, so its service's name stays public",
        "plan notebook 10 again: it switches private DNS on",
        OPERATOR,
    ),
    Cause(
        "endpoint-in-other-subnets",
        "an endpoint stands in other subnets than the parameters name",
        "plan notebook 10 again: subnets are exchanged in place",
        OPERATOR,
    ),
    Cause(
        "endpoint-policy-too-narrow",
        "an endpoint's policy refuses what servers must do through it",
        "plan notebook 10 again if the endpoint is ours; else have its owner add the"
        " actions",
        OPERATOR,
    ),
    Cause(
        "inbound-endpoint-missing",
        "there is no Resolver inbound endpoint at the addresses that are forwarded to",
        "plan notebook 20 again; find out who removed it",
        OPERATOR,
    ),
    Cause(
        "inbound-endpoint-not-operational",
        "the Resolver inbound endpoint exists and does not work",
        "read its status message in Route 53 Resolver; ACTION_NEEDED mostly means that"
        " a subnet or an address of it is gone",
        OPERATOR,
    ),
    Cause(
        "zone-not-associated",
        "the private hosted zone of S3's names is not associated with the VPC",
        "plan notebook 30 again: it associates the zone",
        OPERATOR,
    ),
    Cause(
        "zone-wildcard-missing",
        "the hosted zone has no wildcard record, so names of buckets do not exist",
        "plan notebook 30 again: it writes the record `*`",
        OPERATOR,
    ),
    Cause(
        "zone-apex-missing",
        "the hosted zone has no record at its apex, or it leads elsewhere",
        "plan notebook 30 again: it writes the record",
        OPERATOR,
    ),
    Cause(
        "firewall-drops-dns",
        "something between the site and the VPC drops port 53, udp and tcp",
        "open 53 over udp and tcp from the DNS servers to both inbound addresses, as"
        " the firewall matrix says; then look at the transit gateway's route tables",
        FIREWALL,
    ),
    Cause(
        "firewall-drops-dns-udp",
        "something between the site and the VPC drops udp 53 and lets tcp through",
        "open udp 53 from the DNS servers to both inbound addresses",
        FIREWALL,
    ),
    Cause(
        "firewall-drops-dns-tcp",
        "something between the site and the VPC drops tcp 53 and lets udp through",
        "open tcp 53 from the DNS servers to both inbound addresses: long answers need"
        " it",
        FIREWALL,
    ),
    Cause(
        "one-inbound-address-silent",
        "one of the inbound addresses does not answer, the other does",
        "open port 53, udp and tcp, to this address too; then look at the way to its"
        " Availability Zone",
        FIREWALL,
    ),
    Cause(
        "operator-cannot-ask-inbound",
        "only this machine does not reach the inbound endpoint: the site's DNS servers"
        " do",
        "let this machine ask the inbound addresses through a DNS server"
        " (connection.tunnels)",
        OPERATOR,
    ),
    Cause(
        "dns-server-silent",
        "the site's DNS server does not answer at all",
        "see that it runs, and that port 53 of it is open for this machine and the"
        " servers",
        DNS,
    ),
    Cause(
        "server-resolves-otherwise",
        "a server gets other addresses than its DNS server gives: a hosts file, a"
        " local cache, or another DNS server",
        "look into /etc/hosts, /etc/resolv.conf and the local resolver of the server",
        SERVERS,
    ),
    Cause(
        "firewall-drops-https",
        "something between the servers and the endpoints drops tcp 443",
        "open tcp 443 from the servers to the endpoints' addresses, as the firewall"
        " matrix says; then look at the transit gateway's route tables",
        FIREWALL,
    ),
    Cause(
        "large-packets-lost",
        "small packets pass and full ones vanish: the way's MTU is smaller than the"
        " servers think, and nobody tells them",
        "clamp the MSS to 1360 or less on the tunnel, or lower the servers' MTU",
        NETWORK,
    ),
    Cause(
        "tls-intercepted",
        "a box of the site opens TLS and shows a certificate of its own",
        "exempt the endpoints' names from TLS inspection",
        FIREWALL,
    ),
    Cause(
        "amazon-roots-missing",
        "the server shows no trust in Amazon's certificate authorities",
        "update the server's package of certificate authorities",
        SERVERS,
    ),
    Cause(
        "proxy-in-the-way",
        "the server sends AWS's names to a proxy, which does not know the endpoints",
        "add the endpoints' names to no_proxy on the server, or remove the proxy there",
        SERVERS,
    ),
    Cause(
        "server-clock-wrong",
        "the clock of a server is five minutes off or more: AWS refuses what it signs",
        "let it follow an NTP server of the site",
        SERVERS,
    ),
    Cause(
        "operator-clock-wrong",
        "the clock of this machine is five minutes off or more: AWS refuses what it"
        " signs",
        "let this machine follow an NTP server",
        OPERATOR,
    ),
)

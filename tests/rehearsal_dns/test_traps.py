"""
Real DNS servers fall into each trap, get it named, and come out by the named line.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from closednet.lookup.examination import Examination
from closednet.lookup.judge import Expectation
from closednet.lookup.resolver import Lookup
from closednet.model import forwarders
from closednet.params.connection import Connection
from closednet_rehearsal.dns.real import free_port
from closednet_rehearsal.dns.server import DnsServers
from tests.rehearsal_dns.real_servers import PRODUCTS, Wishes, running
from tests.rehearsal_dns.worlds import REGION, SSM_LABEL, StillView, StillWorld


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from closednet.lookup.traps import Trap
    from closednet_rehearsal.dns.answer import Answer
    from closednet_rehearsal.dns.products import Product
    from closednet_rehearsal.dns.server import DnsAddresses

pytestmark = pytest.mark.debian

ZONES = forwarders.zones(REGION, ("ssm", "s3"))
SSM_ZONE, VPCE_ZONE = ZONES[0], ZONES[-1]
ADDRESSES = frozenset({"10.20.1.21", "10.20.2.21"})
SSM = Expectation(SSM_ZONE, ADDRESSES, "the ssm endpoint")
VPCE = Expectation(f"{SSM_LABEL}.ssm.{VPCE_ZONE}", ADDRESSES, "the ssm endpoint")
DENY = "deny-answer-addresses { 10.0.0.0/8; };"


@dataclass(slots=True)
class AboveView(StillView):
    """
    Vouches for what is not there by the SOA of a zone above the forwarded one.
    """

    def resolve(self, qname: str, qtype: str) -> Answer:
        """
        Return the answer to one question.
        """
        answer = StillView.resolve(self, qname, qtype)
        return replace(answer, soa="amazonaws.com") if answer.soa else answer


@dataclass(frozen=True)
class Scene:
    """
    Where the two simulated servers are, and where the real one keeps its files.
    """

    folder: Path
    dns: DnsAddresses

    def wishes(
        self,
        *,
        zones: tuple[str, ...] = ZONES,
        edit: Callable[[str], str] = str,
        more: str = "",
        inbound: str = "",
    ) -> Wishes:
        port = free_port()
        # A port can be free a second time.
        folder = self.folder / f"{port}-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        target = inbound or self.dns.inbound
        return Wishes(folder, port, target, self.dns.forwarder, zones, edit, more)


@contextmanager
def _scene(folder: Path, view: StillView) -> Iterator[Scene]:
    servers = DnsServers(view, folder)
    yield Scene(folder, servers.start())
    servers.stop()


@pytest.fixture(name="scene", scope="module")
def _usual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with _scene(tmp_path_factory.mktemp("usual"), StillView(StillWorld())) as scene:
        yield scene


@pytest.fixture(name="above", scope="module")
def _above(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with _scene(tmp_path_factory.mktemp("above"), AboveView(StillWorld())) as scene:
        yield scene


def without(*words: str) -> Callable[[str], str]:
    """
    Return an edit that leaves out lines with one of these words.
    """

    def edit(text: str) -> str:
        kept = [
            line
            for line in text.splitlines()
            if line.startswith(("//", "#")) or not any(word in line for word in words)
        ]
        return "\n".join(kept) + "\n"

    return edit


def traps(
    product: Product, wishes: Wishes, dns: DnsAddresses, wanted: Expectation = SSM
) -> tuple[Trap, ...]:
    """
    Run the server and return the traps that it is in.
    """
    connection = Connection.model_validate(
        {
            "tunnels": {
                "192.168.10.53:53": f"127.0.0.1:{wishes.port}",
                "10.20.1.10:53": dns.inbound,
            }
        }
    )
    examination = Examination(
        Lookup(connection, timeout_s=0.5),
        inbound=("10.20.1.10",),
        zones=wishes.zones if VPCE_ZONE in wishes.zones else ZONES,
        product=product,
    )
    with running(product, wishes):
        return examination.traps("192.168.10.53", wanted, (SSM, VPCE))


def names(found: tuple[Trap, ...]) -> list[str]:
    """
    Return the names of traps.
    """
    return [trap.name for trap in found]


@pytest.mark.parametrize("wanted", [SSM, VPCE], ids=["regional", "vpce"])
@pytest.mark.parametrize("product", PRODUCTS)
def test_the_generated_file_is_in_no_trap(
    scene: Scene, product: Product, wanted: Expectation
) -> None:
    assert () == traps(product, scene.wishes(), scene.dns, wanted)


@pytest.mark.parametrize(
    ("product", "left_out"), [("bind", "validate-except"), ("unbound", "insecure")]
)
def test_dnssec_without_internet(scene: Scene, product: Product, left_out: str) -> None:
    wishes = scene.wishes(edit=without(left_out))
    (trap,) = traps(product, wishes, scene.dns)
    mended = replace(wishes, more=trap.line(product))

    assert "dnssec-without-internet" == trap.name
    assert "SERVFAIL, but 10.20.1.21, 10.20.2.21 without validation" in trap.evidence
    assert () == traps(product, mended, scene.dns)


def test_dnsmasq_validates_no_zone_that_a_line_of_ours_forwards(scene: Scene) -> None:
    """Its manual says so; a trust anchor of the domain would change that."""
    assert () == traps("dnsmasq", scene.wishes(), scene.dns)


@pytest.mark.parametrize(
    ("product", "left_out"),
    [("unbound", "private-domain"), ("dnsmasq", "rebind-domain-ok")],
)
def test_private_addresses_dropped(
    scene: Scene, product: Product, left_out: str
) -> None:
    wishes = scene.wishes(edit=without(left_out))
    (trap,) = traps(product, wishes, scene.dns)
    mended = replace(wishes, more=trap.line(product))

    assert "private-addresses-dropped" == trap.name
    assert "A: NODATA where the inbound endpoint says 10.20.1.21" in trap.evidence
    assert () == traps(product, mended, scene.dns)


def test_bind_drops_private_addresses_with_servfail(scene: Scene) -> None:
    (trap,) = traps("bind", scene.wishes(more=DENY), scene.dns)
    line = trap.line("bind").replace("…", "10.0.0.0/8;")

    assert "private-addresses-dropped" == trap.name
    assert "A: SERVFAIL" in trap.evidence
    assert () == traps("bind", scene.wishes(more=line), scene.dns)


@pytest.mark.parametrize(
    ("product", "edit", "more"),
    [
        ("bind", without("validate-except"), DENY),
        ("unbound", without("insecure", "private-domain"), ""),
    ],
)
def test_both_traps_at_once_are_both_named(
    scene: Scene, product: Product, edit: Callable[[str], str], more: str
) -> None:
    found = traps(product, scene.wishes(edit=edit, more=more), scene.dns)

    assert ["dnssec-without-internet", "private-addresses-dropped"] == names(found)


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_endpoints_own_zone_is_a_second_one(scene: Scene, product: Product) -> None:
    found = traps(product, scene.wishes(zones=ZONES[:-1]), scene.dns, VPCE)

    assert ["zone-not-forwarded"] == names(found)
    assert VPCE_ZONE in found[0].remedy(product)


def test_bind_refuses_an_soa_above_the_zone(above: Scene) -> None:
    (trap,) = traps("bind", above.wishes(), above.dns)
    wider = above.wishes(zones=(trap.zone,))

    assert ("soa-above-zone", "amazonaws.com") == (trap.name, trap.zone)
    assert 'zone "amazonaws.com"' in trap.line("bind")
    assert () == traps("bind", wider, above.dns)


@pytest.mark.parametrize("product", ["unbound", "dnsmasq"])
def test_others_do_not_mind_the_soa(above: Scene, product: Product) -> None:
    assert () == traps(product, above.wishes(), above.dns)


@pytest.mark.parametrize("product", PRODUCTS)
def test_inbound_out_of_reach(scene: Scene, product: Product) -> None:
    wishes = scene.wishes(inbound=f"127.0.0.1:{free_port()}")
    found = traps(product, wishes, scene.dns)

    assert ["inbound-out-of-its-reach"] == names(found)


def test_unbound_asks_nobody_on_its_own_machine(scene: Scene) -> None:
    """A trap of laboratories: there the inbound endpoint is on loopback."""
    wishes = scene.wishes(more="  do-not-query-localhost: yes")
    found = traps("unbound", wishes, scene.dns)

    assert ["inbound-out-of-its-reach"] == names(found)


def test_an_old_answer_is_told_from_a_missing_rule(scene: Scene) -> None:
    """A record of its own stands for whatever a server keeps."""
    old = f'  local-zone: "{SSM_ZONE}" static\n  local-data: "{SSM_ZONE} A 10.9.9.9"'
    found = traps("unbound", scene.wishes(more=old), scene.dns)

    assert ["other-private-addresses"] == names(found)

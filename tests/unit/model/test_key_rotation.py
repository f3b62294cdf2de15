"""
The order in which an access key is exchanged.
"""

from __future__ import annotations

from closednet.model import key_rotation
from closednet.model.change import Create, Delete, Update
from closednet.model.specs.hosts import CloudWatchCredentials
from closednet.model.specs.management import AccessKey, FormerKey
from tests.unit.model.sites import params_with


OLD = AccessKey("agent", "/secret")
NEW = AccessKey("agent", "/secret", 2)
FORMER = FormerKey("agent", "/secret")
ON_SERVER = Update(
    CloudWatchCredentials("web01", "iam-user", "p", "r", "/f", "1"),
    CloudWatchCredentials("web01", "iam-user", "p", "r", "/f", "2"),
)
HOSTS = params_with().hosts


def test_the_former_key_goes_last() -> None:
    changes = (Update(OLD, NEW), ON_SERVER)

    assert (*changes, Delete(FORMER)) == key_rotation.arranged(changes, [FORMER], HOSTS)


def test_a_key_that_a_crash_left_over_goes_after_the_servers() -> None:
    changes = (Delete(FORMER), ON_SERVER)

    assert (ON_SERVER, Delete(FORMER)) == key_rotation.arranged(
        changes, [FORMER], HOSTS
    )


def test_it_stays_while_people_still_bring_the_new_one() -> None:
    by_people = [host.model_copy(update={"connector": "script"}) for host in HOSTS]
    changes = (Update(OLD, NEW), ON_SERVER)

    assert changes == key_rotation.arranged(changes, [FORMER], by_people)


def test_it_does_not_come_back_and_a_first_key_has_none() -> None:
    assert () == key_rotation.arranged((), [FORMER], HOSTS)
    first = (Create(OLD),)
    assert first == key_rotation.arranged(first, [FORMER], HOSTS)
    back = (Create(FORMER), Update(NEW, OLD))
    assert (Update(NEW, OLD), Delete(FORMER)) == key_rotation.arranged(
        back, [FORMER], HOSTS
    )

"""`syncer brief` for one person: impact for who owns a number, delivery for who owns a bet."""

from __future__ import annotations

from tests.cli.world import World


def test_who_owns_the_number_reads_of_impact_first(synced: World) -> None:
    assert synced.run("check-in", "activation", "37").code == 0

    lines = synced.run("brief", "--for", "ana").out.splitlines()

    assert lines[0].startswith("Increase Day 7 activation from 34% to 52%: at 37 %, target 52 % (")
    assert not any(line.startswith("Rebuild the onboarding flow") for line in lines)


def test_who_owns_the_bet_reads_of_delivery_first(synced: World) -> None:
    assert synced.run("check-in", "activation", "37").code == 0

    bets = [
        line for line in synced.run("brief", "--for", "ben").out.splitlines() if "from 34% to 52%" in line
    ]

    flow, tooltips = bets
    assert flow.startswith("Rebuild the onboarding flow: ")
    assert "; Increase Day 7 activation from 34% to 52%: " in flow
    assert tooltips.startswith("In-app tooltips: ")
    found = synced.run("--json", "brief", "--for", "Ben Ott").json["acme"]
    assert flow in [one["sentence"] for one in found["bets"]]


def test_nothing_confidential_is_told_even_to_its_owner(synced: World) -> None:
    for person in ("ana", "ben", "cleo", "dev"):
        ran = synced.run("--json", "brief", "--for", person)
        assert ran.code == 0
        assert "retention" not in ran.out


def test_a_name_nobody_has_is_refused(acme: World) -> None:
    ran = acme.run("brief", "--for", "zoe")

    assert ran.code == 2
    assert "nobody is called zoe; there are ana, ben, " in ran.err


def test_who_owns_nothing_is_told_so(acme: World) -> None:
    acme.edit("people:\n", "people:\n  zoe: {name: Zoe Field}\n")

    assert acme.run("brief", "--for", "zoe").out == (
        "nothing to show for zoe: no key result and no initiative of a cycle that runs\n"
    )


def test_a_name_that_two_people_have_is_refused(acme: World) -> None:
    acme.edit("people:\n", "people:\n  ana2: {name: Ana Ruiz}\n")

    ran = acme.run("brief", "--for", "Ana Ruiz")

    assert ran.code == 2
    assert "Ana Ruiz is the name of ana2 and ana; give one of these ids" in ran.err

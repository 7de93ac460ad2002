"""Rules of a person: registering, asking to be forgotten, being forgotten or not."""

from functools import partial

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from chassis.testing.gwt import given
from contracts.notifications import ErasureDeclined, ErasureRequested, PersonErased, PersonRegistered, ProfileChanged
from services.notifications.person import (
    PERSON,
    DeclineErasure,
    ErasePerson,
    Opened,
    Person,
    RegisterMe,
    RequestErasure,
    allowed_actions,
    decline_erasure,
    erase,
    register,
    request_erasure,
)
from tests.services.notifications.people import ADMIN, ANNA, BO, caller

REGISTERED = PersonRegistered(person_id=ANNA, name="Anna Ek", email="anna@example.org", unit="vof")
REQUESTED = ErasureRequested(person_id=ANNA)
DECLINED = ErasureDeclined(person_id=ANNA, basis="Diarieförd handling.", decided_by=ADMIN)


NOTHING = Opened()


def erased(scope="profile_and_texts"):
    return PersonErased(person_id=ANNA, scope=scope, basis="Hon har bett om det.", decided_by=ADMIN)


def registering(name=None, by=None, opened=NOTHING, **more):
    return partial(register, RegisterMe(by=by or caller(ANNA), name=name, **more), opened=opened)


def erasing(scope="profile_and_texts", by=None):
    command = ErasePerson(person_id=ANNA, by=by or caller(ADMIN, "admin"), scope=scope, basis="Hon har bett om det.")
    return partial(erase, command)


def declining(by=None):
    return partial(
        decline_erasure, DeclineErasure(person_id=ANNA, by=by or caller(ADMIN, "admin"), basis="Diarieförd handling.")
    )


requesting = partial(request_erasure, RequestErasure(by=caller(ANNA)))


def test_the_first_profile_registers_and_later_ones_change():
    registered = given(PERSON).when(registering("Anna Ek", email="anna@example.org", unit="vof")).then(REGISTERED)
    registered.when(registering("Anna Ek Berg", language="en")).then(
        ProfileChanged(person_id=ANNA, name="Anna Ek Berg", language="en")
    )


def test_the_same_profile_again_is_nothing():
    kept = Opened(name="Anna Ek", email="anna@example.org")
    same = {"email": "anna@example.org", "unit": "vof", "opened": kept}
    known = given(PERSON, REGISTERED)
    known.when(registering("Anna Ek", **same)).then_nothing()
    assert known.when(registering("Anna Ek", **same | {"unit": "suf"})).events
    assert known.when(registering("Anna Ek", **same | {"email": None})).events
    assert known.when(registering("Anna Berg", **same)).events


def test_the_name_in_the_token_goes_before_the_one_in_the_body():
    signed = caller(ANNA, name="Anna Ek", unit="suf")
    given(PERSON).when(registering("Kungen", by=signed)).then(
        PersonRegistered(person_id=ANNA, name="Anna Ek", unit="suf")
    )


def test_a_profile_needs_a_name_from_somewhere():
    given(PERSON).when(registering()).then_refused("name-needed", field="name")


def test_from_the_request_on_the_name_is_shown_to_nobody_and_a_refusal_shows_it_again():
    asked = given(PERSON, REGISTERED).when(requesting).then(REQUESTED)
    assert not asked.state.shown
    assert asked.when(declining()).then(DECLINED).state.shown


def test_asking_twice_is_asking_once_and_a_declined_request_may_be_made_again():
    given(PERSON, REGISTERED, REQUESTED).when(requesting).then_nothing()
    given(PERSON, REGISTERED, REQUESTED, DECLINED).when(requesting).then(REQUESTED)


def test_somebody_without_a_profile_may_ask_too():
    given(PERSON).when(requesting).then(REQUESTED).when(erasing()).then(erased())


def test_who_is_forgotten_need_not_have_asked():
    given(PERSON).when(erasing()).then(erased())
    given(PERSON, REGISTERED).when(erasing("profile")).then(erased("profile"))


def test_forgetting_again_is_nothing_and_forgetting_more_is_more():
    given(PERSON, REGISTERED, erased()).when(erasing()).then_nothing()
    given(PERSON, REGISTERED, erased()).when(erasing("profile")).then_nothing()
    given(PERSON, REGISTERED, erased("profile")).when(erasing()).then(erased())


def test_who_is_forgotten_does_not_register_again():
    given(PERSON, REGISTERED, erased("profile")).when(registering("Anna Ek")).then_refused("person-erased")


def test_only_what_was_asked_for_can_be_declined():
    given(PERSON, REGISTERED).when(declining()).then_refused("no-erasure-requested")
    given(PERSON).when(declining()).then_refused("no-erasure-requested")
    given(PERSON, REGISTERED, REQUESTED, erased()).when(declining()).then_refused("no-erasure-requested")


@pytest.mark.parametrize("role", ["employee", "coach", "decider", "moderator", "analyst", "service"])
def test_only_an_administrator_decides(role):
    given(PERSON, REQUESTED).when(erasing(by=caller(BO, role))).then_refused("role-needed")
    given(PERSON, REQUESTED).when(declining(by=caller(BO, role))).then_refused("role-needed")


def test_an_administrator_does_not_decide_on_their_own_request():
    anna = caller(ANNA, "admin")
    asked = given(PERSON, REGISTERED, REQUESTED)
    asked.when(erasing(by=anna)).then_refused("own-matter", field="person_id")
    asked.when(declining(by=anna)).then_refused("own-matter", field="person_id")
    assert allowed_actions(asked.state, anna, ANNA) == ()
    assert allowed_actions(None, anna, ANNA) == ("erasure-request",)


COMMANDS = {
    "register": registering("Anna Ek"),
    "erasure-request": requesting,
    "erase": erasing(),
    "erase profile": erasing("profile"),
    "decline-erasure": declining(),
}


@examples(st.lists(st.sampled_from(sorted(COMMANDS))))
def test_whatever_the_order_a_forgotten_person_stays_forgotten_and_actions_tell_what_works(names):
    person = given(PERSON)
    for name in names:
        before = person.state or Person()
        taken = person.when(COMMANDS[name])
        if name in ("erasure-request", "decline-erasure"):
            by = caller(ANNA) if name == "erasure-request" else caller(ADMIN, "admin")
            assert (name in allowed_actions(before, by, ANNA)) == bool(taken.events)
        if taken.refusal is None:
            person = taken.and_then()
        after = person.state or Person()
        assert not (after.shown and (after.erased or after.erasure_requested))
        assert after.erased in {None: (None, "profile", "profile_and_texts")}.get(
            before.erased, (before.erased, "profile_and_texts")
        )


def test_what_may_be_done_depends_on_who_and_when():
    admin, anna = caller(ADMIN, "admin"), caller(ANNA)
    asked = PERSON.fold([REGISTERED, REQUESTED])
    assert allowed_actions(None, anna, ANNA) == ("erasure-request",)
    assert allowed_actions(asked, anna, ANNA) == ()
    assert allowed_actions(asked, admin, ANNA) == ("erase", "decline-erasure")
    assert allowed_actions(asked, caller(BO), ANNA) == ()
    assert allowed_actions(PERSON.fold([erased()]), admin, ANNA) == ()

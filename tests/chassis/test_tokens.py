"""Who a token belongs to; everything that is not signed for us by whom it says is nobody's."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chassis.errors import Unauthenticated, Unavailable
from chassis.issuer import Issuer
from chassis.keyring import KeyRing
from chassis.tokens import ISSUER, Tokens

KEY, SECRET = b"k" * 32, b"s" * 32
TOKENS = Tokens(KEY, SECRET)


def claims(**changed):
    said = {"iss": ISSUER, "sub": "karin@example.org", "exp": datetime.now(UTC) + timedelta(hours=1)}
    return {name: value for name, value in {**said, "roles": ["employee"], **changed}.items() if value is not None}


def signed(key=KEY, algorithm="HS256", headers=None, **changed):
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers=headers)


def test_a_person_is_an_opaque_id_with_roles_unit_and_name():
    caller = TOKENS.caller(TOKENS.sign("karin@example.org", ["employee", "decider@vof"], unit="vof", name="Karin Ek"))
    assert re.fullmatch("[0-9a-f]{32}", caller.person_id)
    assert caller.roles == {"employee": None, "decider": frozenset({"vof"})}
    assert (caller.unit, caller.name) == ("vof", "Karin Ek")
    assert "Karin" not in repr(caller)


def test_the_same_person_has_the_same_id_and_nobody_else_does():
    one = TOKENS.caller(TOKENS.sign("karin", ["employee"])).person_id
    assert one == TOKENS.caller(TOKENS.sign("karin", ["coach"])).person_id == TOKENS.person_id("karin")
    assert one != TOKENS.person_id("bengt")
    assert one != TOKENS.person_id("karin", issuer="https://elsewhere.example.org")
    assert TOKENS.person_id("b", issuer="a") != TOKENS.person_id("", issuer="ab")
    assert one != Tokens(KEY, b"another").person_id("karin")


def test_a_role_for_several_units_covers_each_and_one_without_covers_all():
    assert TOKENS.caller(TOKENS.sign("k", ["decider@vof", "decider@sof"])).roles == {"decider": {"vof", "sof"}}
    assert TOKENS.caller(TOKENS.sign("k", ["decider@vof", "decider", "decider@sof"])).roles == {"decider": None}


def test_a_machine_keeps_its_name():
    assert TOKENS.caller(TOKENS.sign("ideas", ["service"])).person_id == "ideas"


NOT_VALID = {
    "expired": lambda: signed(exp=datetime.now(UTC) - timedelta(minutes=1)),
    "without an end": lambda: signed(exp=None),
    "not valid yet": lambda: signed(nbf=datetime.now(UTC) + timedelta(hours=1)),
    "of nobody": lambda: signed(sub=None),
    "of an empty name": lambda: signed(sub=""),
    "of a number": lambda: signed(sub=7),
    "of another issuer": lambda: signed(iss="elsewhere"),
    "of no issuer": lambda: signed(iss=None),
    "signed by another": lambda: signed(b"x" * 32),
    "not signed": lambda: jwt.encode(claims(), None, algorithm="none"),
    "signed otherwise": lambda: signed(b"k" * 64, "HS512"),
    "changed afterwards": lambda: signed()[:-4] + "AAAA",
    "not a token": lambda: "nonsense",
    "two dots": lambda: "a.b.c",
    "with roles that are no list": lambda: signed(roles="admin"),
    "with a role that is no text": lambda: signed(roles=[7]),
    "with a role that is none": lambda: signed(roles=["Admin!"]),
    "with a unit that is none": lambda: signed(unit=["vof"]),
    "with a name that is none": lambda: signed(name=7),
    "of a machine with an address": lambda: signed(sub="a@b.example.org", roles=["service"]),
    "of an issuer nobody configured": lambda: signed(RSA, "RS256"),
}
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
KEYS = [
    {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "r", "use": "sig"},
    {**jwt.algorithms.ECAlgorithm.to_jwk(EC.public_key(), as_dict=True), "kid": "e", "use": "sig"},
]


@pytest.mark.parametrize("name", NOT_VALID)
def test_a_token_that_is_not_valid_is_nobodys(name):
    with pytest.raises(Unauthenticated) as refusal:
        TOKENS.caller(NOT_VALID[name]())
    assert refusal.value.slug == ("token-expired" if name == "expired" else "token-not-valid")


class Keys(BaseHTTPRequestHandler):
    """An issuer that tells its public keys."""

    def do_GET(self):
        body = json.dumps({"keys": KEYS}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def elsewhere():
    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/keys"
        yield Tokens(KEY, SECRET, Issuer(url, "https://login.example.org", audience="nyfiken"))
        server.shutdown()


def from_elsewhere(key=RSA, algorithm="RS256", kid="r", **changed):
    said = {"iss": "https://login.example.org", "aud": "nyfiken", **changed}
    return signed(key, algorithm, headers={"kid": kid}, **said)


@pytest.mark.parametrize(("key", "algorithm", "kid"), [(RSA, "RS256", "r"), (EC, "ES256", "e")])
def test_a_token_of_the_organisations_issuer_is_good(elsewhere, key, algorithm, kid):
    caller = elsewhere.caller(from_elsewhere(key, algorithm, kid, sub="karin"))
    assert caller.person_id == TOKENS.person_id("karin", "https://login.example.org")
    assert elsewhere.caller(elsewhere.sign("karin", ["employee"])).person_id == TOKENS.person_id("karin")


def test_only_the_platform_says_who_is_one_of_its_machines(elsewhere):
    caller = elsewhere.caller(from_elsewhere(sub="ideas", roles=["service", "service@vof", "employee"]))
    assert caller.roles == {"employee": None}
    assert caller.person_id != "ideas"


@pytest.mark.parametrize("roles", [["employee", "Payroll.Admin", 7], ["employee"]])
def test_roles_for_other_systems_are_passed_over(elsewhere, roles):
    assert elsewhere.caller(from_elsewhere(roles=roles)).roles == {"employee": None}


@pytest.mark.parametrize("roles", ["admin", None, {"admin": True}])
def test_roles_that_are_no_list_are_none(elsewhere, roles):
    assert elsewhere.caller(from_elsewhere(roles=roles)).roles == {}


@pytest.mark.parametrize(
    "changed",
    [{"aud": "other"}, {"aud": None}, {"iss": "https://evil.example.org"}, {"iss": ISSUER}, {"kid": "unknown"}],
)
def test_a_token_for_another_or_of_another_is_not(elsewhere, changed):
    with pytest.raises(Unauthenticated):
        elsewhere.caller(from_elsewhere(**changed))


def test_the_public_key_signs_nothing(elsewhere):
    public = RSA.public_key().public_numbers().n.to_bytes(256, "big")
    with pytest.raises(Unauthenticated):
        elsewhere.caller(signed(public, "HS256", headers={"kid": "r"}, iss="https://login.example.org", aud="nyfiken"))


def test_an_issuer_that_does_not_answer_is_said_so():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/keys"
        away = Tokens(KEY, SECRET, Issuer(url, "https://login.example.org"))
        with pytest.raises(Unavailable):
            away.caller(from_elsewhere())


def test_a_token_is_remembered_for_a_while_and_never_longer_than_it_is_valid(monkeypatch):
    now = time.time()
    short, long = (TOKENS.sign("anna", ["employee"], valid_for=timedelta(seconds=n)) for n in (20, 3600))
    assert TOKENS.caller(short) == TOKENS.caller(short) == TOKENS.caller(long)
    asked = []
    monkeypatch.setattr(TOKENS, "_verified", lambda token: asked.append(token) or {})
    TOKENS.caller(short)
    assert asked == []
    for later, forgotten in ((21, short), (31, long)):
        monkeypatch.setattr("chassis.tokens.time.time", lambda later=later: now + later)
        with pytest.raises(KeyError):
            TOKENS.caller(forgotten)
    assert asked == [short, long]


def test_while_another_key_takes_its_place_what_either_has_signed_is_good():
    new = b"n" * 32
    steps = [KEY, KeyRing(KEY, [new]), KeyRing(new, [KEY]), new]
    everywhere = [Tokens(key, SECRET) for key in steps]
    for here, there in pairwise(everywhere):
        assert there.caller(here.sign("karin", ["employee"])) == here.caller(there.sign("karin", ["employee"]))
    with pytest.raises(Unauthenticated):
        everywhere[-1].caller(everywhere[0].sign("karin", ["employee"]))


def test_of_one_that_has_expired_it_is_told_whichever_key_has_signed_it():
    both = Tokens(KeyRing(b"n" * 32, [KEY]), SECRET)
    with pytest.raises(Unauthenticated, match="token-expired"):
        both.caller(TOKENS.sign("karin", ["employee"], valid_for=timedelta(hours=-1)))

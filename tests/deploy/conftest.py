"""The image, built once for all tests; skipped where there is no Docker, unless it is asked for."""

import os

import pytest

from tests.deploy.docker import BASE, IMAGE, build
from tests.servers.docker import image_at_hand
from tests.servers.found import FORCED, NoServer


@pytest.fixture(scope="session")
def image():
    if os.environ.get(FORCED) != "docker":
        pytest.skip("takes a Docker engine and minutes; asked for with NYFIKEN_TEST_SERVERS=docker")
    try:
        image_at_hand(BASE)
    except NoServer as reason:
        pytest.fail(str(reason), pytrace=False)
    build()
    return IMAGE

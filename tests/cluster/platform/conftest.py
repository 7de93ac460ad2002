"""The platform on a node of its own, for all tests; each leaves it as it was."""

import pytest


@pytest.fixture(scope="session")
def deployed(tmp_path_factory):
    from tests.cluster.platform.deployed import Deployed  # kafka-python warns as it is imported: not yet

    it = Deployed(tmp_path_factory.mktemp("deployed"))
    yield it
    it.remove()


@pytest.fixture(scope="session")
def people(deployed):
    from tests.cluster.platform.people import People

    it = People(deployed)
    yield it
    it.close()

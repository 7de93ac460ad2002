"""An API server that knows the operators' kinds, and the namespace for real: where it is missing nothing is tried."""

import os

import pytest

from tests.cluster.kubectl import ROOT, kubectl


@pytest.fixture(scope="session", autouse=True)
def _definitions():
    file = os.environ["NYFIKEN_DEFINITIONS"]
    kubectl("apply", "--server-side", "--filename", file)
    kubectl("wait", "--for=condition=Established", "--filename", file, "--timeout=30s")
    kubectl("apply", "--filename", ROOT / "deploy" / "kubernetes" / "base" / "namespace.yaml")

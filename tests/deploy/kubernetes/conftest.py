"""What the tests of the manifests share: every overlay, built once."""

import os

import pytest

from tests.deploy.kubernetes.built import OVERLAYS, NoKustomize, kustomize, overlay


@pytest.fixture(scope="session", autouse=True)
def _kustomize():
    try:
        kustomize()
    except NoKustomize as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(params=OVERLAYS)
def documents(request):
    return overlay(request.param)

"""The platform on a cluster: overlays/local, as the page of the manifests says, and its Pods."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager

import httpx

from chassis.keys import load_keys
from chassis.tokens import Tokens
from nyfiken.demo.client import Person, Platform
from nyfiken.layout import ROLES, SERVICES
from nyfiken.servers import Servers
from tests.cluster.kubectl import PART_OF, ROOT, here, in_shell, items, kubectl
from tests.cluster.pages import MANIFESTS, Page
from tests.faults.stage import until

DEPLOYMENTS = tuple(f"{service}-{role}" for service in SERVICES for role in ROLES)
READY = 240.0
"""Seconds; six processes that start at once on two cores take their time."""
FOLDER = "deploy/kubernetes/overlays/local"


class Deployed:
    """Where it is, who may use it and how its Pods are; the commands that look after it are typed in ``folder``."""

    def __init__(self, folder):
        self.folder = self.data = folder
        self.urls = {service: f"http://{service}" for service in SERVICES}
        address = "postgresql://nyfiken:nyfiken@postgres:5432/postgres"
        self.servers = Servers(postgres=address, kafka="kafka:9092")
        (folder / "deploy").symlink_to(ROOT / "deploy")
        self.took = self._begun()

    def _begun(self):
        """Do as the page says; the seconds from applying until everything is ready."""
        page = Page(MANIFESTS, self.folder)
        page.ran("kubectl apply -f deploy/kubernetes/base/namespace.yaml")
        page.typed("nyfiken keys make keys")
        page.typed("kubectl -n nyfiken create secret generic nyfiken-keys --from-file=keys")
        began = time.monotonic()
        self.apply(FOLDER)
        page.typed("kubectl -n nyfiken rollout status deployment")
        return time.monotonic() - began

    def apply(self, overlay):
        """Strictly, and without a warning."""
        ran = in_shell(f"kubectl apply -k {overlay} --validate=strict --warnings-as-errors", self.folder)
        assert (ran.code, ran.complained) == (0, ""), ran.complained

    def page(self, runbook, **options):
        """A page whose commands are typed here."""
        return Page.of(runbook, self.folder, **options)

    def token(self, sub, *roles, unit="vof", name=None):
        """As ``nyfiken token`` signs them, with the keys as they are now."""
        return self._tokens().sign(sub, roles or ("employee",), unit=unit, name=name)

    @contextmanager
    def somebody(self, *who):
        """People who use it, each by a name and roles: ``somebody(("karin", "employee"))``."""
        client = Platform(self.urls)
        try:
            yield [Person(client, sub.title(), self.token(sub, *roles)) for sub, *roles in who]
        finally:
            client.close()

    def person_id(self, sub):
        return self._tokens().person_id(sub)

    def _tokens(self):
        keys = load_keys(self.data)
        return Tokens(keys.signing, keys.secret)

    def overlay(self, name, **content):
        """The folder of an overlay of one's own, which names overlays/local and what is other than there."""
        folder = self.folder / "deploy-own" / name
        folder.mkdir(parents=True)
        for file, text in content.pop("files", {}).items():
            (folder / file).write_text(text)
        told = {"resources": ["../../deploy/kubernetes/overlays/local"], **content}
        (folder / "kustomization.yaml").write_text(json.dumps(told))
        return f"deploy-own/{name}"

    def remove(self):
        """As the page says; the seconds until nothing is left."""
        began = time.monotonic()
        Page(MANIFESTS, self.folder).typed("kubectl delete -k deploy/kubernetes/overlays/local")
        until(lambda: not kubectl("get", "persistentvolumes", "--output=name"), "its disks are left", READY)
        return time.monotonic() - began


def pods(*selector):
    """Name → Pod."""
    return {pod["metadata"]["name"]: pod for pod in items("pods", *(f"--selector={each}" for each in selector))}


def of(deployment):
    """The Pods of a Deployment or StatefulSet that are not about to end."""
    service, _, role = deployment.partition("-")
    component = f",app.kubernetes.io/component={role}" if role else ""
    found = pods(f"app.kubernetes.io/name={service}{component}")
    return {name: pod for name, pod in found.items() if "deletionTimestamp" not in pod["metadata"]}


def images():
    """Of the Pods of ours that do not end."""
    found = (pod for deployment in DEPLOYMENTS for pod in of(deployment).values())
    return {container["image"].rpartition("/")[2] for pod in found for container in pod["spec"]["containers"]}


def is_ready(pod):
    return any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", ()))


def restarts():
    """Uid of each Pod → how often its containers were started again."""
    return {
        pod["metadata"]["uid"]: sum(each["restartCount"] for each in pod["status"].get("containerStatuses", ()))
        for pod in pods().values()
    }


def restarted(before, *, but=()):
    """Those that have been started again since, other than of these Deployments."""
    spared = {pod["metadata"]["uid"] for deployment in but for pod in of(deployment).values()}
    return {uid for uid, count in restarts().items() if count > before.get(uid, 0)} - spared


def becomes_ready(deployment, others_than=()):
    """Wait until it has all the Pods that it should have, none of them one of those, and all are ready; the seconds."""
    began = time.monotonic()
    kind = "deployment" if deployment in DEPLOYMENTS else "statefulset"

    def as_it_should_be():
        wanted = int(here("get", kind, deployment, "--output=jsonpath={.spec.replicas}"))
        found = of(deployment)
        uids = {pod["metadata"]["uid"] for pod in found.values()}
        return len(found) == wanted and uids.isdisjoint(others_than) and all(map(is_ready, found.values()))

    until(as_it_should_be, f"{deployment} is not ready", READY)
    return time.monotonic() - began


def everything_is_ready():
    for deployment in (*DEPLOYMENTS, "postgres", "kafka"):
        becomes_ready(deployment)


def answers(service):
    """Whether people are answered there; what a service says of itself is open to all."""
    try:
        return httpx.get(f"http://{service}/openapi.json", timeout=5.0, trust_env=False).is_success
    except httpx.TransportError:
        return False


def asked_in(deployment, *arguments):
    """What a command of ours says in a Pod of this Deployment."""
    container = deployment.partition("-")[2]
    return here(
        "exec", f"deployment/{deployment}", f"--container={container}", "--", "python", "-m", "nyfiken", *arguments
    )


def psql(statement, database="postgres"):
    """What the database's own client says, in its Pod."""
    client = ("psql", "--username=nyfiken", f"--dbname={database}", "--quiet", "--no-align", "--tuples-only")
    return here("exec", "postgres-0", "--", *client, f"--command={statement}")


def ours():
    """The Pods of the platform's own processes."""
    return pods(PART_OF)

"""docs/metrics.md names the figures that there are, as they are."""

import re

from nyfiken.layout import SERVICES
from tests.deploy.metrics import DOCUMENT, of_the_code, of_the_document


def test_the_document_tells_every_figure_of_the_code_and_no_other():
    assert of_the_document() == of_the_code()


def test_every_row_of_the_document_is_understood_here_and_stands_there_once():
    rows = re.findall(r"^\| `(nyfiken_\w+)` ", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(of_the_document())


def test_the_example_has_each_service_as_a_job_by_its_name():
    assert re.findall(r"job_name: (\w+)", DOCUMENT.read_text()) == list(SERVICES)

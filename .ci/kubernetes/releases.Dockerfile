# Releases that tests deploy (tests/faults/releases): the platform's own image with their code beside, and one that is that of
# tomorrow, whatever it is started as.
FROM nyfiken:dev AS releases
COPY tests/faults/releases /app/tests/faults/releases

FROM releases AS tomorrow
USER 0:0
RUN echo 'import tests.faults.releases.tomorrow.ideas' >"$(echo /venv/lib/python3*/site-packages)/tomorrow.pth"
USER 10001:10001

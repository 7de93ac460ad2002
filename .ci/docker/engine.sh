# Sourced, from the root of the project. A Docker engine with the images that tests and manifests need: the one that answers
# here or else one of our own, which ends with `down`. `without` is the caller's: what is to be done where it cannot be had.
engine=.ci/docker

pull() {
    for image in "${NYFIKEN_TEST_POSTGRES_IMAGE:-postgres:15}" "${NYFIKEN_TEST_KAFKA_IMAGE:-apache/kafka:4.3.1}" \
        python:3.11-slim-bookworm; do
        docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >/dev/null ||
            without "Docker answers, but has no $image and cannot pull it"
    done
}

start_engine() {
    command -v dockerd >/dev/null || "$engine/../install" docker.io iptables iproute2 || without "no engine can be installed"
    folder=$(mktemp -d)
    trap '"$engine/down" "$folder"' EXIT
    "$engine/up" "$folder" || without "no engine can be started here"
    export DOCKER_HOST=unix://$folder/socket
    export TESTCONTAINERS_RYUK_DISABLED=true # its image cannot be pulled; the engine ends with all that it has
    export TESTCONTAINERS_CONNECTION_MODE=docker_host
}

build_images() {
    jars=$(.venv/bin/python -c 'from tests.servers.kafka import downloaded; print(downloaded())')
    dpkg -s python3-venv python3-pip >/dev/null 2>&1 || "$engine/../install" python3-venv python3-pip
    { read -r NYFIKEN_TEST_POSTGRES_IMAGE; read -r NYFIKEN_TEST_KAFKA_IMAGE; read -r python; } < <("$engine/images" "$jars")
    export NYFIKEN_TEST_POSTGRES_IMAGE NYFIKEN_TEST_KAFKA_IMAGE
    export DOCKER_BUILDKIT=0 # as for the stand-ins
    echo "Containers of $NYFIKEN_TEST_POSTGRES_IMAGE, $NYFIKEN_TEST_KAFKA_IMAGE and $python stand in for the official images."
}

with_engine() {
    if docker version >/dev/null 2>&1; then
        pull
    else
        start_engine
        build_images
    fi
}

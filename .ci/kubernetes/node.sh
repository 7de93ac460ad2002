#!/usr/bin/env bash
# PID 1 of the cluster's namespaces (pid, mount, net, uts, cgroup): lays out the node, starts everything, reaps for ever.
# Killing it ends every process, mount and interface of the cluster, so nothing can be left on the machine.
#   node.sh enter      still with the machine's /proc and cgroups: take a cgroup of our own, then
#   node.sh main       in a cgroup namespace whose root is that cgroup
set -euo pipefail
CONTROLLERS='cpu cpuacct cpuset memory devices freezer blkio pids'

mount_cgroups() { # DIR: all hierarchies below DIR, as the current cgroup namespace sees them
    local c
    mount -t tmpfs -o mode=755 tmpfs "$1"
    for c in $CONTROLLERS; do mkdir "$1/$c"; mount -t cgroup -o "$c" "$c" "$1/$c"; done
    mkdir "$1/systemd"; mount -t cgroup -o none,name=systemd systemd "$1/systemd"
}

enter() {
    local stat before line controller parent dir f
    mkdir "$RUN/cgroup"
    mount_cgroups "$RUN/cgroup"
    mapfile -t before </proc/self/cgroup # read first: it changes with each move below
    for line in "${before[@]}"; do # NUMBER:CONTROLLER:PATH
        IFS=: read -r _ controller parent <<<"$line"
        controller=${controller#name=}
        [ -n "$controller" ] && [ -d "$RUN/cgroup/$controller" ] || continue
        # Below the cgroup we are in, so that whatever limits its caller limits the cluster too.
        parent=$RUN/cgroup/$controller$parent dir=${parent%/}/$CGROUP
        mkdir -p "$dir"
        # A new cpuset is empty, and an empty one takes no process.
        [ "$controller" != cpuset ] || for f in cpuset.cpus cpuset.mems; do cat "$parent/$f" >"$dir/$f"; done
        echo 0 >"$dir/cgroup.procs"
    done
    umount -R "$RUN/cgroup"; rmdir "$RUN/cgroup"
    # /proc is the machine's until main mounts ours: the last moment to learn our pid and start time out there.
    read -r -a stat </proc/self/stat
    echo "${stat[0]} ${stat[21]}" >"$RUN/node.pid"
    exec unshare --cgroup bash "$HERE/node.sh" main
}

layout() {
    local pair
    mount --make-rshared / # the kubelet wants its volumes' mounts to reach the containers
    mount -t proc proc /proc
    # Remounted: the machine's show paths above our cgroup, in which runc and the kubelet look in vain.
    mount_cgroups /sys/fs/cgroup
    # The kubelet wants these values, and they are the whole machine's. It writes none that it finds right, so show it
    # files with what it wants to find, and the machine's own stay as they were.
    mkdir "$RUN/sysctl"
    for pair in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
        kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
        echo "${pair#*=}" >"$RUN/sysctl/$(basename "${pair%%=*}")"
        mount --bind "$RUN/sysctl/$(basename "${pair%%=*}")" "/proc/sys/${pair%%=*}"
    done
    # A /run, /var/lib and /var/log of our own: the default paths of everything work, and the machine's stay clean.
    mkdir -p "$RUN"/var-lib/{kubelet,containerd,cni} "$RUN/var-log"
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p /run/cluster/{bin,conf,images,log,pki,tmp}
    mount --bind "$K8S_DIR/bin" /run/cluster/bin
    mount --bind "$K8S_DIR/images" /run/cluster/images
    mount --bind "$K8S_DIR/log" /run/cluster/log
    mount --bind "$HERE/conf" /run/cluster/conf
    mount --bind "$RUN/pki" /run/cluster/pki
    mount --bind "$RUN/var-log" /var/log
    mount --bind "$RUN/var-lib" /var/lib
    export TMPDIR=/run/cluster/tmp
}

network() {
    hostname node1
    ip link set lo up
    # veth: this kernel has no dummy driver; one end of a pair carries the node's address, the other does nothing.
    ip link add node0 type veth peer name node0x
    ip address add 10.88.0.1/24 dev node0
    ip link set node0 up; ip link set node0x up
    # A packet to a Service needs some route before kube-proxy's rules can turn it. There is no default route:
    # whatever asks for the world outside is told at once that it is unreachable.
    ip route add 10.96.0.0/16 dev node0
    echo 1 >/proc/sys/net/ipv4/ip_forward # this network namespace's only
}

declare -A NAMES
start() { # NAME COMMAND...
    local name=$1; shift
    "$@" >"/run/cluster/log/$name.log" 2>&1 </dev/null &
    NAMES[$!]=$name
}

load_images() { # the two that every Pod needs, while the API server starts
    local i
    for _ in {1..100}; do ctr version >/dev/null 2>&1 && break; sleep 0.1; done
    for i in pause coredns; do ctr -n k8s.io images import "/run/cluster/images/$i.tar"; done
}

main() {
    local conf=/run/cluster/conf pki=/run/cluster/pki images pid name
    layout
    network
    BIN=/run/cluster/bin
    . "$HERE/api.sh"
    start_etcd /var/lib/etcd 2379 2380
    start_apiserver $pki 2379 6443 --bind-address=0.0.0.0 --advertise-address=10.88.0.1
    start containerd containerd --config $conf/containerd.toml
    load_images & images=$!
    until api_ready $pki/admin.conf; do sleep 0.2; done
    # With the usual 20 requests a second its forty controllers take 5 s to begin.
    start kube-controller-manager $BIN/kube-controller-manager --kubeconfig=$pki/controller-manager.conf \
        --authentication-kubeconfig=$pki/controller-manager.conf --authorization-kubeconfig=$pki/controller-manager.conf \
        --bind-address=127.0.0.1 --root-ca-file=$pki/ca.crt --client-ca-file=$pki/ca.crt --service-account-private-key-file=$pki/sa.key \
        --use-service-account-credentials=true --cluster-signing-cert-file=$pki/ca.crt --cluster-signing-key-file=$pki/ca.key \
        --kube-api-qps=200 --kube-api-burst=400 --leader-elect=false --allocate-node-cidrs=false --flex-volume-plugin-dir=/var/lib/kubelet/volumeplugins
    start kube-scheduler $BIN/kube-scheduler --kubeconfig=$pki/scheduler.conf --authentication-kubeconfig=$pki/scheduler.conf \
        --authorization-kubeconfig=$pki/scheduler.conf --bind-address=127.0.0.1 --leader-elect=false
    wait $images
    start kubelet $BIN/kubelet --config=$conf/kubelet.yaml --kubeconfig=$pki/kubelet.conf --hostname-override=node1 --node-ip=10.88.0.1
    start kube-proxy $BIN/kube-proxy --config=$conf/proxy.yaml
    start volumes bash "$HERE/volumes.sh"
    [ -x $BIN/metrics-server ] && start metrics-server $BIN/metrics-server --kubeconfig=$pki/admin.conf \
        --authentication-kubeconfig=$pki/admin.conf --authorization-kubeconfig=$pki/admin.conf \
        --bind-address=10.88.0.1 --secure-port=4443 --cert-dir=/run/cluster/tmp/metrics-server --metric-resolution=10s --kubelet-request-timeout=5s \
        --kubelet-certificate-authority=$pki/ca.crt --kubelet-preferred-address-types=InternalIP
    echo started
    while :; do # bash reaps orphans by itself; this only tells when one of ours has gone
        wait -n -p pid || true
        name=${NAMES[${pid:-0}]:-}
        [ -n "$name" ] && echo "$name ended: see log/$name.log"
        [ -n "${pid:-}" ] || sleep 1
    done
}

"$1"

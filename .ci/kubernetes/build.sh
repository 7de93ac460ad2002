# Sourced. Debian's packages, then binaries from Go modules: no registry that we reach holds ready-made ones.
# Versions and hashes are pinned in go/*/go.mod and go.sum.

need() { # COMMAND=PACKAGE...: installs the packages whose command (or file) is missing
    local pair missing=()
    for pair; do
        command -v "${pair%%=*}" >/dev/null || [ -e "${pair%%=*}" ] || missing+=("${pair#*=}")
    done
    [ ${#missing[@]} = 0 ] && return
    [ "$(id -u)" = 0 ] || die "not root: install ${missing[*]}"
    say "installing ${missing[*]}"
    "$HERE/../install" "${missing[@]}"
}

go_build() { # MODULE LDFLAGS PACKAGE=BINARY...: those that are not in $BIN yet, one link at a time
    local module=$1 ldflags=$2 pair name began; shift 2
    for pair; do
        name=${pair#*=}
        [ -x "$BIN/$name" ] && continue
        began=$SECONDS
        # The name with .new first: an interrupted build leaves nothing that looks finished.
        (cd "$HERE/../go/$module" && "$GO" build -trimpath -ldflags "-s -w $ldflags" -o "$BIN/$name.new" "${pair%%=*}")
        mv "$BIN/$name.new" "$BIN/$name"
        say "$name $((SECONDS - began)) s, $(($(stat -c %s "$BIN/$name") / 1000000)) MB"
    done
}

image() { # OUT.tar NAME:TAG UID BINARY: what `docker save` would write for a FROM scratch image, without docker
    local out=$1 name=$2 uid=$3 binary=$4 tmp
    tmp=$(mktemp -d)
    tar -C "$(dirname "$binary")" --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=755 -cf "$tmp/layer.tar" "$(basename "$binary")"
    printf '{"architecture":"%s","os":"linux","config":{"Entrypoint":["/%s"],"User":"%s"},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
        "$("$GO" env GOARCH)" "$(basename "$binary")" "$uid" "$(sha256sum <"$tmp/layer.tar" | cut -d' ' -f1)" >"$tmp/config.json"
    printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$name" >"$tmp/manifest.json"
    tar -C "$tmp" -cf "$out" config.json layer.tar manifest.json
    rm -r "$tmp"
}

build() { # api|all
    local what=${1:-all} version minor ldflags='' package name
    case $what in api | all) ;; *) die "build api or all, not $what" ;; esac

    need openssl=openssl
    [ "$what" = api ] || need containerd=containerd runc=runc /usr/lib/cni/bridge=containernetworking-plugins \
        ip=iproute2 nft=nftables iptables=iptables nsenter=util-linux ps=procps
    GO=$("$HERE/../go/find" "$HERE/../go/metrics-server" "$K8S_DIR/go/python") # which asks for the newest
    export GOMODCACHE=${GOMODCACHE:-$K8S_DIR/go/mod} GOCACHE=${GOCACHE:-$K8S_DIR/go/cache}
    # modcacherw: else not even its owner can rm -r the module cache. No cgo: static binaries fit into images.
    export GOFLAGS='-buildvcs=false -modcacherw' GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
    mkdir -p "$BIN" "$K8S_DIR/images"

    # Without these the binaries call themselves v0.0.0 and refuse each other.
    version=$(sed -n 's/^require k8s.io\/kubernetes v//p' "$HERE/../go/kubernetes/go.mod")
    minor=${version#1.} minor=${minor%.*}
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
        ldflags+=" -X $package.gitVersion=v$version -X $package.gitMajor=1 -X $package.gitMinor=$minor"
        ldflags+=" -X $package.gitTreeState=clean -X $package.gitCommit=module -X $package.buildDate=1970-01-01T00:00:00Z"
    done
    kubernetes() { for name; do go_build kubernetes "$ldflags" "k8s.io/kubernetes/cmd/$name=$name"; done; }

    kubernetes kube-apiserver kubectl
    go_build etcd '' .=etcd
    if [ "$what" = all ]; then
        kubernetes kube-controller-manager kube-scheduler kubelet kube-proxy
        go_build coredns '' .=coredns
        go_build metrics-server '' sigs.k8s.io/metrics-server/cmd/metrics-server=metrics-server
        go_build pause '' ./main.go=pause
        [ -s "$K8S_DIR/images/coredns.tar" ] || image "$K8S_DIR/images/coredns.tar" localhost/coredns:1 0 "$BIN/coredns"
        [ -s "$K8S_DIR/images/pause.tar" ] || image "$K8S_DIR/images/pause.tar" localhost/pause:1 65535 "$BIN/pause"
    fi
    say "$what built: $(du -shL "$BIN" | cut -f1) in $BIN"
}

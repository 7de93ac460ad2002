# Sourced. etcd and the API server, the same in both modes; `start NAME COMMAND...` is the caller's.

start_etcd() { # DATA CLIENT-PORT PEER-PORT
    # No fsync: nothing here outlives `cluster down`.
    start etcd "$BIN/etcd" --name=one --data-dir="$1" --unsafe-no-fsync --log-level=warn \
        --listen-client-urls="http://127.0.0.1:$2" --advertise-client-urls="http://127.0.0.1:$2" \
        --listen-peer-urls="http://127.0.0.1:$3" --initial-advertise-peer-urls="http://127.0.0.1:$3" \
        --initial-cluster="one=http://127.0.0.1:$3"
}

start_apiserver() { # PKI ETCD-PORT API-PORT EXTRA...
    local pki=$1 etcd=$2 port=$3; shift 3
    start kube-apiserver "$BIN/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" --secure-port="$port" \
        --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
        --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$pki/sa.pub" \
        --service-account-signing-key-file="$pki/sa.key" --service-cluster-ip-range=10.96.0.0/16 \
        --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
        --kubelet-client-certificate="$pki/apiserver-kubelet-client.crt" --kubelet-client-key="$pki/apiserver-kubelet-client.key" \
        --kubelet-preferred-address-types=InternalIP \
        --requestheader-client-ca-file="$pki/ca.crt" --requestheader-allowed-names=front-proxy \
        --requestheader-extra-headers-prefix=X-Remote-Extra- --requestheader-group-headers=X-Remote-Group \
        --requestheader-username-headers=X-Remote-User \
        --proxy-client-cert-file="$pki/front-proxy.crt" --proxy-client-key-file="$pki/front-proxy.key" \
        --enable-aggregator-routing=true "$@"
}

api_ready() { # KUBECONFIG
    [ "$("$BIN/kubectl" --kubeconfig "$1" get --raw /readyz 2>/dev/null)" = ok ]
}

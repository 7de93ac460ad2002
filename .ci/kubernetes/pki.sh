# Sourced. Certificates and kubeconfigs, made anew for every start: they take 0.3 s and so never expire or go stale.

certificate() { # DIR NAME SUBJECT [ALTERNATIVE NAMES]: signed by DIR/ca
    openssl req -x509 -CA "$1/ca.crt" -CAkey "$1/ca.key" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
        -subj "$3" -addext basicConstraints=CA:FALSE -addext keyUsage=critical,digitalSignature \
        -addext extendedKeyUsage=serverAuth,clientAuth ${4:+-addext "subjectAltName=$4"} \
        -keyout "$1/$2.key" -out "$1/$2.crt" 2>/dev/null
}

kubeconfig() { # DIR NAME SERVER: files are named relative to the kubeconfig, so it works inside and outside the namespaces
    cat >"$1/$2.conf" <<EOF
apiVersion: v1
kind: Config
clusters: [{name: nyfiken, cluster: {server: "$3", certificate-authority: ca.crt}}]
users: [{name: $2, user: {client-certificate: $2.crt, client-key: $2.key}}]
contexts: [{name: nyfiken, context: {cluster: nyfiken, user: $2}}]
current-context: nyfiken
EOF
}

pki() { # DIR SERVER
    local dir=$1 server=$2
    (umask 077; mkdir -p "$dir")
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=nyfiken-ca \
        -keyout "$dir/ca.key" -out "$dir/ca.crt" 2>/dev/null
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$dir/sa.key"
    openssl pkey -in "$dir/sa.key" -pubout -out "$dir/sa.pub"
    certificate "$dir" apiserver /CN=kube-apiserver \
        "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:10.96.0.1,IP:10.88.0.1"
    certificate "$dir" apiserver-kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client
    certificate "$dir" front-proxy /CN=front-proxy
    certificate "$dir" kubelet /O=system:nodes/CN=system:node:node1 "DNS:node1,IP:127.0.0.1,IP:10.88.0.1"
    certificate "$dir" admin /O=system:masters/CN=admin
    certificate "$dir" controller-manager /CN=system:kube-controller-manager
    certificate "$dir" scheduler /CN=system:kube-scheduler
    certificate "$dir" proxy /CN=system:kube-proxy
    local name
    for name in kubelet admin controller-manager scheduler proxy; do kubeconfig "$dir" "$name" "$server"; done
}

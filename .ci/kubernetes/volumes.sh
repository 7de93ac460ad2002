#!/usr/bin/env bash
# The smallest dynamic provisioner: a directory and a PersistentVolume for each claim that waits for one, both removed with it.
# Volumes are of type `local`, not hostPath, so that fsGroup works as on a real disk; like a real disk each one begins
# as root's, mode 755, and a Pod that is not root and forgot its fsGroup cannot write. Sizes are not enforced.
set -uo pipefail
PROVISIONER=nyfiken.local/directory
k() { "$BIN/kubectl" --kubeconfig /run/cluster/pki/admin.conf "$@"; }

provision() { # reads: phase|volume|provisioner|class|namespace|name|uid|size|modes
    local phase volume provisioner class namespace name uid size modes dir
    while IFS='|' read -r phase volume provisioner class namespace name uid size modes; do
        [ "$phase" = Pending ] && [ -z "$volume" ] && [ "$provisioner" = "$PROVISIONER" ] || continue
        dir=/var/lib/volumes/$namespace.$name.$uid
        mkdir -p "$dir"
        k apply -f - <<EOF
apiVersion: v1
kind: PersistentVolume
metadata: {name: pvc-$uid, annotations: {pv.kubernetes.io/provisioned-by: $PROVISIONER}}
spec:
    capacity: {storage: $size}
    accessModes: $modes
    storageClassName: $class
    persistentVolumeReclaimPolicy: Delete
    claimRef: {apiVersion: v1, kind: PersistentVolumeClaim, namespace: $namespace, name: $name, uid: $uid}
    local: {path: $dir}
    nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node1]}]}]}}
EOF
    done
}

reclaim() { # reads: phase|provisioner|policy|name|path
    local phase provisioner policy name path
    while IFS='|' read -r phase provisioner policy name path; do
        [ "$phase" = Released ] && [ "$policy" = Delete ] && [ "$provisioner" = "$PROVISIONER" ] || continue
        k delete pv "$name" --ignore-not-found && rm -rf -- "$path"
    done
}

# The API server ends a watch after a while: begin again.
while :; do
    k get pv -w -o jsonpath='{.status.phase}|{.metadata.annotations.pv\.kubernetes\.io/provisioned-by}|{.spec.persistentVolumeReclaimPolicy}|{.metadata.name}|{.spec.local.path}{"\n"}' | reclaim
    sleep 1
done &
while :; do
    k get pvc -A -w -o jsonpath='{.status.phase}|{.spec.volumeName}|{.metadata.annotations.volume\.kubernetes\.io/storage-provisioner}|{.spec.storageClassName}|{.metadata.namespace}|{.metadata.name}|{.metadata.uid}|{.spec.resources.requests.storage}|{.spec.accessModes}{"\n"}' | provision
    sleep 1
done

module nyfiken/ci/definitions

// In which folder of each which definitions lie; ../../kubernetes/definitions takes them out. Nothing is compiled.

go 1.26.0

require (
	github.com/cloudnative-pg/cloudnative-pg v1.29.0 // config/crd/bases postgresql.cnpg.io_clusters postgresql.cnpg.io_scheduledbackups
	github.com/cloudnative-pg/plugin-barman-cloud v0.15.0 // config/crd/bases barmancloud.cnpg.io_objectstores
	github.com/external-secrets/external-secrets v0.16.2 // config/crds/bases external-secrets.io_externalsecrets
	github.com/kedacore/keda/v2 v2.21.0 // config/crd/bases keda.sh_scaledobjects keda.sh_triggerauthentications
	github.com/prometheus-operator/prometheus-operator v0.85.0 // example/prometheus-operator-crd monitoring.coreos.com_podmonitors monitoring.coreos.com_prometheusrules
	sigs.k8s.io/gateway-api v1.4.1 // config/crd/standard gateway.networking.k8s.io_httproutes
)

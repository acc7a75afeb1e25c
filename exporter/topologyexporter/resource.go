package topologyexporter

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/polyspan/polyspan/topology"
)

// readResource reads where spans come from. The instance is told by the first of
// service.instance.id, pod, container and host.
func readResource(m pcommon.Map) topology.Resource {
	const (
		byHost = iota + 1
		byContainer
		byPod
		byPodUID
		byInstance
	)
	var r topology.Resource
	told := 0
	instance := func(rank int, v string) {
		if rank > told && v != "" {
			told, r.Instance = rank, v
		}
	}
	for name, v := range m.All() {
		if v.Type() != pcommon.ValueTypeStr {
			continue
		}
		switch name {
		case "service.name":
			r.Name = v.Str()
		case "service.namespace":
			r.Namespace = v.Str()
		case "service.version":
			r.Version = v.Str()
		case "service.instance.id":
			instance(byInstance, v.Str())
		case "telemetry.sdk.language":
			r.SDKLanguage = v.Str()
		case "telemetry.sdk.name":
			r.SDKName = v.Str()
		case "telemetry.sdk.version":
			r.SDKVersion = v.Str()
		case "process.runtime.name":
			r.RuntimeName = v.Str()
		case "process.runtime.version":
			r.RuntimeVersion = v.Str()
		case "jaeger.version":
			r.JaegerVersion = v.Str()
		case "k8s.pod.uid":
			instance(byPodUID, v.Str())
		case "k8s.pod.name":
			instance(byPod, v.Str())
		case "container.id":
			instance(byContainer, v.Str())
		case "host.name":
			instance(byHost, v.Str())
		}
	}
	return r
}

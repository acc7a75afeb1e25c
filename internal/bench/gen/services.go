package gen

import (
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// service is one of the five, as its SDK describes it.
type service struct {
	name, language, sdkVersion, runtime, runtimeVersion, scope, scopeVersion, schema string
}

// Indices into services.
const (
	frontend = iota
	checkout
	payment
	fraud
	inventory
)

var services = [ServicesPerTrace]service{
	frontend:  {"frontend", "nodejs", "2.0.1", "nodejs", "22.11.0", "@opentelemetry/instrumentation-http", "0.203.0", "https://opentelemetry.io/schemas/1.34.0"},
	checkout:  {"checkout", "go", "1.38.0", "go", "go1.25.3", "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", "0.63.0", "https://opentelemetry.io/schemas/1.37.0"},
	payment:   {"payment", "java", "1.31.0", "OpenJDK Runtime Environment", "17.0.9+9", "io.opentelemetry.tomcat-10.0", "1.31.0-alpha", "https://opentelemetry.io/schemas/1.20.0"},
	fraud:     {"fraud", "python", "1.36.0", "cpython", "3.12.7", "opentelemetry.instrumentation.kafka", "0.57b0", ""},
	inventory: {"inventory", "dotnet", "1.12.0", ".NET", "8.0.11", "OpenTelemetry.Instrumentation.GrpcNetClient", "1.12.0-beta.1", ""},
}

// resource writes the 17 attributes that a service in Kubernetes typically has.
func (s service) resource(a pcommon.Map, name string, seed uint64) {
	a.EnsureCapacity(17)
	a.PutStr("service.name", name)
	a.PutStr("service.namespace", "shop")
	a.PutStr("service.version", "1.42.3")
	a.PutStr("service.instance.id", "6f1c2d3e-"+strconv.FormatUint(seed%9000+1000, 10)+"-4a5b-8c9d-0e1f2a3b4c5d")
	a.PutStr("telemetry.sdk.language", s.language)
	a.PutStr("telemetry.sdk.name", "opentelemetry")
	a.PutStr("telemetry.sdk.version", s.sdkVersion)
	a.PutStr("process.runtime.name", s.runtime)
	a.PutStr("process.runtime.version", s.runtimeVersion)
	a.PutInt("process.pid", int64(seed%30000+1))
	a.PutStr("host.name", "ip-10-0-17-203.eu-west-1.compute.internal")
	a.PutStr("os.type", "linux")
	a.PutStr("container.id", "f3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
	a.PutStr("k8s.namespace.name", "shop-prod")
	a.PutStr("k8s.deployment.name", name)
	a.PutStr("k8s.pod.name", name+"-7d9f8c6b5-"+strconv.FormatUint(seed%1000+10000, 36))
	a.PutStr("deployment.environment.name", "production")
}

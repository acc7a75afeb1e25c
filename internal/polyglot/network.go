package polyglot

import (
	"errors"
	"os"
	"slices"
	"strings"
)

// network holds the addresses at which the services of one system find each other.
type network struct {
	dir                            string // of the sockets
	gateway, preprocessing, broker string
	engineSocket, reporterSocket   string
}

func newNetwork() (network, error) {
	addresses, err := freeAddresses(3)
	if err != nil {
		return network{}, err
	}
	n := network{gateway: addresses[0], preprocessing: addresses[1], broker: addresses[2]}
	if n.dir, err = newRuntimeDir(); err != nil {
		return network{}, err
	}
	var errEngine, errReporter error
	n.engineSocket, errEngine = socketPath(n.dir, "engine.sock")
	n.reporterSocket, errReporter = socketPath(n.dir, "reporter.sock")
	if err := errors.Join(errEngine, errReporter); err != nil {
		return network{}, errors.Join(err, os.RemoveAll(n.dir))
	}
	return n, nil
}

// environment is what every service gets: ours without any OTEL_ variable, which
// would change what the services send, and with the addresses.
func (n network) environment(o Options) []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "OTEL_") })
	return append(env,
		"OTEL_EXPORTER_OTLP_ENDPOINT="+o.OTLPEndpoint,
		"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
		"OTEL_BSP_SCHEDULE_DELAY=500", // milliseconds
		"OTEL_RESOURCE_ATTRIBUTES=service.namespace="+Namespace+",deployment.environment.name=demo",
		"GATEWAY_ADDR="+n.gateway,
		"PREPROCESSING_ADDR="+n.preprocessing,
		"ENGINE_SOCKET="+n.engineSocket,
		"REPORTER_SOCKET="+n.reporterSocket,
		"NATS_URL=nats://"+n.broker,
		"BROKER_ADDR="+n.broker,
	)
}

// Namespace is the service.namespace of all services.
const Namespace = "polyglot"

// entry is where orders are sent.
type entry struct {
	url string
	// mintsID is false if the request needs an x-trace-id header from us, because the
	// gateway, which mints it, is left out.
	mintsID bool
}

// entry returns the gateway or, without it, the preprocessing service, which takes
// the same body.
func (n network) entry(running []service) (entry, error) {
	has := func(name ServiceName) bool {
		return slices.ContainsFunc(running, func(s service) bool { return s.name == name })
	}
	switch {
	case has(Gateway):
		return entry{url: "http://" + n.gateway + "/orders", mintsID: true}, nil
	case has(Preprocessing):
		return entry{url: "http://" + n.preprocessing + "/preprocess"}, nil
	}
	return entry{}, errors.New("neither the gateway (java) nor preprocessing (python) can run: there is nothing to send orders to")
}

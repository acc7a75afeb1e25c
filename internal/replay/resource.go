package replay

// Attributes that tell instances and clocks apart, best first.
var (
	instanceKeys = []string{"service.instance.id", "client-uuid", "k8s.pod.uid", "k8s.pod.name", "container.id"}
	hostKeys     = []string{"host.name", "host.id", "hostname", "k8s.pod.name", "ip"}
)

// setProcess names the service, its instance and its clock from the attributes of
// a resource. Without an instance's id the host and process number tell replicas apart.
func (d *documents) setProcess(s *Span, service string, attribute func(string) string) {
	if service == "" {
		service = "unknown"
	}
	names := d.linker.names
	host := firstOf(hostKeys, attribute)
	instance := firstOf(instanceKeys, attribute)
	if instance == "" {
		instance = host + "/" + attribute("process.pid") + attribute("pid")
	}
	s.Service = names.ID(service)
	s.Process = names.ID(service + "@" + instance)
	s.Host = names.ID(host)
}

func firstOf(keys []string, attribute func(string) string) string {
	for _, key := range keys {
		if v := attribute(key); v != "" {
			return v
		}
	}
	return ""
}

package topology

// maxInterned bounds the texts kept of each kind; they are outside input.
const maxInterned = 4096

// interned keeps texts that are told again and again, so that telling them allocates
// nothing as a rule. When it is full it begins anew. Constructor: newInterned.
type interned struct {
	texts     map[string]string
	addresses map[hostPort]string
}

type hostPort struct {
	host string
	port uint16
}

func newInterned() interned {
	return interned{texts: map[string]string{}, addresses: map[hostPort]string{}}
}

// keep gives a copy of a text that may stay.
func (t *interned) keep(s string) string {
	if s == "" {
		return ""
	}
	if kept, ok := t.texts[s]; ok {
		return kept
	}
	if len(t.texts) >= maxInterned {
		clear(t.texts)
	}
	kept := keep(s)
	t.texts[kept] = kept
	return kept
}

// address is a host and its port as one text that may stay.
func (t *interned) address(host string, port uint16) string {
	if kept, ok := t.addresses[hostPort{host, port}]; ok {
		return kept
	}
	if len(t.addresses) >= maxInterned {
		clear(t.addresses)
	}
	host = keep(host)
	kept := addressOf(host, port)
	t.addresses[hostPort{host, port}] = kept
	return kept
}

package gen

// Rename is an attribute name of earlier semantic conventions and its current one.
type Rename struct{ Old, New string }

// OldNames are the ten old names in the data; all other names are current. On
// these spans each rename moves the value unchanged and no span has both names,
// so whoever applies the ten by whatever means gets the same attributes.
var OldNames = [10]Rename{
	{"http.method", "http.request.method"},
	{"http.status_code", "http.response.status_code"},
	{"http.target", "url.path"},
	{"http.scheme", "url.scheme"},
	{"http.user_agent", "user_agent.original"},
	{"net.host.name", "server.address"},
	{"net.sock.peer.addr", "network.peer.address"},
	{"db.system", "db.system.name"},
	{"db.statement", "db.query.text"},
	{"db.name", "db.namespace"},
}

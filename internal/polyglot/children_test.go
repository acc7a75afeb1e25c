package polyglot

import (
	"fmt"
	"net/http"
	"os"
	"strings"
)

// envEnds names the file in which the fake services note their ends.
const envEnds = "POLYSPAN_TEST_ENDS"

func noteEnd(name string) int {
	f, err := os.OpenFile(os.Getenv(envEnds), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 1
	}
	defer f.Close()
	if _, err := f.WriteString(name + "\n"); err != nil {
		return 1
	}
	return 0
}

// serveFake plays the HTTP side of a collector or of a Prometheus: it answers at the
// addresses from the environment, or at the --web.listen-address flag.
func serveFake() (stop func()) {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/-/ready", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, `spans_in_total{a="b"} 3`) })
	mux.HandleFunc("/api/v1/topology", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("format") != "mermaid" {
			http.Error(w, "unknown format", http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, "flowchart LR")
	})
	mux.HandleFunc("/api/v1/query", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"data":{"result":[{"value":[1,"%d"]}]}}`, len(r.URL.Query().Get("query")))
	})
	addresses := []string{os.Getenv("POLYSPAN_HEALTH"), "127.0.0.1:" + os.Getenv("POLYSPAN_TELEMETRY_PORT"), os.Getenv("POLYSPAN_TOPOLOGY")}
	for _, arg := range os.Args[1:] {
		if at, ok := strings.CutPrefix(arg, "--web.listen-address="); ok {
			addresses = []string{at}
		}
	}
	fmt.Println(strings.Join(os.Args[1:], " ")) // before anyone can find the servers ready
	var servers []*http.Server
	for _, at := range addresses {
		s := &http.Server{Addr: at, Handler: mux}
		servers = append(servers, s)
		go func() { _ = s.ListenAndServe() }()
	}
	return func() {
		for _, s := range servers {
			_ = s.Close()
		}
	}
}

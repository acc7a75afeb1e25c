package polyglot

import (
	"path/filepath"
	"slices"
)

// ServiceName is the service.name of one of the example services.
type ServiceName string

// The example services.
const (
	Gateway       ServiceName = "order-gateway"
	Preprocessing ServiceName = "preprocessing"
	Engine        ServiceName = "pricing-engine"
	Reporter      ServiceName = "reporter"
	Console       ServiceName = "console"
	broker        ServiceName = "broker" // not instrumented
)

// service is one program of the example system.
type service struct {
	name     ServiceName
	language Language
	// dir is the folder below examples/polyglot; build and run happen in it.
	dir   string
	build [][]string
	run   []string
	// artefact is what the build leaves, relative to dir.
	artefact string
	// slowBuild marks a build tool that takes seconds to find out that nothing
	// changed: its build is skipped by a stamp.
	slowBuild bool
}

// services returns all programs so that each comes before those that call it: the
// reverse is the order in which they are stopped, callers first.
func services() []service {
	return []service{
		{
			name: broker, language: Go, dir: "broker-go", artefact: "../_build/broker",
			build: [][]string{{"go", "build", "-o", "../_build/broker", "."}},
			run:   []string{"../_build/broker"},
		},
		{
			name: Reporter, language: Go, dir: "reporter-go", artefact: "../_build/reporter",
			build: [][]string{{"go", "build", "-o", "../_build/reporter", "."}},
			run:   []string{"../_build/reporter"},
		},
		{
			name: Engine, language: Rust, dir: "engine-rust", artefact: "target/release/pricing-engine",
			build: [][]string{{"cargo", "build", "--release", "--locked"}},
			run:   []string{"target/release/pricing-engine"},
		},
		{
			name: Console, language: Node, dir: "console-node", artefact: "dist/main.js", slowBuild: true,
			build: [][]string{{"npm", "ci", "--no-audit", "--no-fund"}, {"npm", "run", "build"}},
			run:   []string{"node", "dist/main.js"},
		},
		{
			name: Preprocessing, language: Python, dir: "preprocessing-python", artefact: ".venv/bin/python", slowBuild: true,
			build: [][]string{
				{"python3", "-m", "venv", ".venv"},
				{".venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", "requirements.txt"},
			},
			run: []string{".venv/bin/python", "-m", "preprocessing"},
		},
		{
			name: Gateway, language: Java, dir: "gateway-java", artefact: "target/order-gateway.jar", slowBuild: true,
			build: [][]string{{"mvn", "-q", "-B", "-DskipTests", "package"}},
			run:   []string{"java", "-jar", "target/order-gateway.jar"},
		},
	}
}

// servicesIn returns the services written in one of the languages.
func servicesIn(languages []Language) []service {
	return slices.DeleteFunc(services(), func(s service) bool { return !slices.Contains(languages, s.language) })
}

// folder is the service's folder in the source tree at root.
func (s service) folder(root string) string {
	return filepath.Join(root, "examples", "polyglot", s.dir)
}

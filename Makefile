# Polyspan. `make demo` shows it, `make test` proves it; both set up what they need.

GO      ?= go
TOOL     = $(GO) tool -modfile=internal/tools/go.mod
LINT     = $(GO) tool -modfile=internal/tools/lint/go.mod

COLLECTOR = _build/polyspan-collector
POLYSPAN  = _build/polyspan
# What the two binaries are made of. git lists the files; without git, find does.
SOURCES := $(shell git ls-files '*.go' 'web/dist' 2>/dev/null || find . -name '*.go' -not -path './_build/*') go.mod go.sum

export CGO_ENABLED = 0

.PHONY: build demo services test test-go test-race test-languages test-web e2e lint generate check-generated web merge-report bench bad-days day infer-report fuzz clean help

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

build: $(COLLECTOR) $(POLYSPAN) ## Build the collector (with ocb) and the polyspan command into _build

$(COLLECTOR): builder-config.yaml internal/tools/go.mod $(SOURCES)
	@echo "building $@ with ocb (a first build compiles the whole Collector: some minutes)"
	@mkdir -p _build
	$(TOOL) builder --config builder-config.yaml

$(POLYSPAN): $(SOURCES)
	@mkdir -p _build
	$(GO) build -trimpath -o $@ ./cmd/polyspan

demo: build ## Run the example system in five languages and show its topology (DEMO_SECONDS=n bounds it)
	@$(GO) build -o _build/demo ./internal/demo
	@_build/demo -collector $(COLLECTOR)

test: build test-go test-languages test-web ## Set up and run every test: unit (race), end to end with the real services, every language, the page

# Building the services is not a test's business: it would count against its time.
services: build
	@$(GO) build -o _build/demo ./internal/demo
	_build/demo -build

test-go: services ## Go tests with the race detector, and end to end against _build/polyspan-collector
	CGO_ENABLED=1 $(GO) test -race -timeout 20m ./...
	$(GO) test -run Accuracy ./internal/replay
	cd internal/bench && $(GO) test -timeout 10m ./...
	cd examples/polyglot && CGO_ENABLED=1 $(GO) test -race -timeout 5m ./...

# language NAME TOOL FOLDER COMMAND: run the tests of an example service. A missing
# toolchain is a failure in CI or where POLYSPAN_LANGUAGES names it.
define language
	@if command -v $(2) >/dev/null 2>&1; then \
		echo "testing $(3)"; cd $(3) && $(4); \
	elif [ "$$CI" = true ] || case ",$$POLYSPAN_LANGUAGES," in *,$(1),*) true;; *) false;; esac; then \
		echo "$(1): $(2) is missing, but its tests are required: install it" >&2; exit 1; \
	else \
		echo "$(1): left out, $(2) is not installed"; \
	fi
endef

test-languages: ## Tests of the example services in their own languages
	$(call language,java,mvn,examples/polyglot/gateway-java,mvn -q -B test)
	$(call language,python,python3,examples/polyglot/preprocessing-python,\
		{ [ -x .venv/bin/python ] || python3 -m venv .venv; } && \
		.venv/bin/pip install -q --require-hashes -r requirements.txt && \
		.venv/bin/pip install -q --require-hashes -r requirements-dev.txt && .venv/bin/python -m pytest -q)
	$(call language,node,npm,examples/polyglot/console-node,npm ci --silent && npm test)
	$(call language,rust,cargo,examples/polyglot/engine-rust,cargo test --release --locked --quiet)

test-web: ## The page's tests, and that web/dist is what its source builds
	$(call language,node,npm,web,npm ci --silent && npm run --silent check && npm test --silent && npm run --silent build && git diff --exit-code -- dist)

e2e: services ## Only the end-to-end tests
	$(GO) test -count=1 -timeout 15m ./internal/e2e

lint: ## Lint the module, and the modules beside it
	$(LINT) golangci-lint run ./...
	$(GO) mod tidy -diff
	cd internal/bench && $(GO) tool -modfile=../tools/lint/go.mod golangci-lint run ./... && $(GO) mod tidy -diff
	cd examples/polyglot && $(GO) vet ./... && $(GO) mod tidy -diff

generate: ## Regenerate what mdatagen makes
	$(GO) generate ./...

check-generated: generate ## Fail if generated files are not what their source says
	git diff --exit-code -- '**/generated_*' '**/internal/metadata*' '**/documentation.md' '**/README.md'

web: ## Rebuild web/dist
	cd web && npm ci --silent && npm run --silent build

merge-report: ## Merge traces of known truth, every break alone and in pairs; writes _build/merge-report.json
	$(GO) run ./internal/mergereport

bench: build ## Benchmark against the contrib components in one run; writes _build/bench.json
	cd internal/bench && $(GO) build -o ../../_build/bench-collector ./cmd/collector
	cd internal/bench && $(GO) run ./cmd/report && $(GO) run ./cmd/scrape && $(GO) run ./cmd/process

bad-days: ## The processor's worst days, with its memory measured; writes _build/bad-days.json
	$(GO) run ./internal/badday

day: ## Ten million spans over 24 simulated hours through the graph, counted exactly
	POLYSPAN_DAY_SPANS=10000000 $(GO) test -count=1 -v -run TestADay ./topology

FILES ?= $(wildcard ../shared/data/traceweaver/*.gz)
infer-report: build ## Replay the recordings beside the repository without their contexts; FILES= replays others
	@[ -n "$(FILES)" ] || { echo "no recordings: give FILES=... (Jaeger JSON or OTLP JSON lines)" >&2; exit 1; }
	_build/polyspan infer-report --compress 1,2,10 --variant A,B --baselines $(FILES)

FUZZTIME ?= 60s
fuzz: ## Fuzz every target of the module, FUZZTIME (a minute) each
	@set -e; grep -r --include='*_test.go' --exclude-dir=examples --exclude-dir=node_modules '^func Fuzz' . | \
	sed 's|/[^/]*_test.go:func \(Fuzz[A-Za-z0-9]*\).*|:\1|' | sort | while IFS=: read -r folder target; do \
		echo "$$folder $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$folder"; done

clean: ## Remove what was built
	rm -rf _build examples/polyglot/_build

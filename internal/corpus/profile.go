package corpus

import (
	"time"

	"github.com/polyspan/polyspan/contract"
)

// scope says which instrumentation made a span.
type scope uint8

const (
	scopeServer scope = iota
	scopeClient
	scopeRPC
	scopeDatabase
	scopeMessaging
	scopeOwn // the application's own tracer
	numScopes
)

// profile is how the SDK of one language and its instrumentations write spans.
type profile struct {
	language contract.Language
	version  string // telemetry.sdk.version
	runtime  string
	// grid is the step of its clock.
	grid time.Duration
	// narrow is the share of its services, in percent, that still make 64-bit trace ids.
	narrow int
	// threads says that every span carries thread.id and thread.name.
	threads bool
	// dupes says that its instrumentations can write two generations of names at once.
	dupes  bool
	scopes [numScopes]string
}

// profiles are the eight languages.
var profiles = []*profile{
	{
		language: contract.LanguageJava, version: "1.54.0", runtime: "OpenJDK Runtime Environment",
		grid: time.Microsecond, threads: true, dupes: true,
		scopes: [numScopes]string{
			"io.opentelemetry.tomcat-10.0", "io.opentelemetry.apache-httpclient-5.0", "io.opentelemetry.grpc-1.6",
			"io.opentelemetry.jdbc", "io.opentelemetry.kafka-clients-0.11", "com.shop.app",
		},
	},
	{
		language: contract.LanguagePython, version: "1.36.0", runtime: "cpython", grid: time.Nanosecond, dupes: true,
		scopes: [numScopes]string{
			"opentelemetry.instrumentation.asgi", "opentelemetry.instrumentation.httpx", "opentelemetry.instrumentation.grpc",
			"opentelemetry.instrumentation.psycopg", "opentelemetry.instrumentation.aiokafka", "shop.app",
		},
	},
	{
		language: contract.LanguageNode, version: "2.0.1", runtime: "nodejs", grid: time.Millisecond, narrow: 5, dupes: true,
		scopes: [numScopes]string{
			"@opentelemetry/instrumentation-http", "@opentelemetry/instrumentation-undici", "@opentelemetry/instrumentation-grpc",
			"@opentelemetry/instrumentation-pg", "@opentelemetry/instrumentation-kafkajs", "app",
		},
	},
	{
		language: contract.LanguageGo, version: "1.38.0", runtime: "go", grid: time.Nanosecond,
		scopes: [numScopes]string{
			"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp",
			"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc",
			"github.com/XSAM/otelsql", "github.com/twmb/franz-go/plugin/kotel", "shop/app",
		},
	},
	{
		language: contract.LanguageRust, version: "0.30.0", runtime: "rustc", grid: time.Nanosecond,
		scopes: [numScopes]string{
			"axum-tracing-opentelemetry", "reqwest-tracing", "tonic-tracing-opentelemetry", "sqlx-tracing", "tracing-opentelemetry", "app",
		},
	},
	{
		language: contract.LanguageCPP, version: "1.21.0", grid: time.Nanosecond, narrow: 25,
		scopes: [numScopes]string{"nginx", "envoy", "opentelemetry-cpp-grpc", "opentelemetry-cpp", "opentelemetry-cpp", "app"},
	},
	{
		language: contract.LanguageDotnet, version: "1.12.0", runtime: ".NET", grid: 100 * time.Nanosecond,
		scopes: [numScopes]string{
			"Microsoft.AspNetCore", "System.Net.Http", "OpenTelemetry.Instrumentation.GrpcNetClient", "Npgsql", "Confluent.Kafka", "Shop.App",
		},
	},
	{
		language: contract.LanguagePHP, version: "1.6.0", grid: time.Microsecond, narrow: 25,
		scopes: [numScopes]string{
			"io.opentelemetry.contrib.php.slim", "io.opentelemetry.contrib.php.guzzle", "io.opentelemetry.contrib.php.grpc",
			"io.opentelemetry.contrib.php.pdo", "io.opentelemetry.contrib.php.amqp", "app",
		},
	},
}

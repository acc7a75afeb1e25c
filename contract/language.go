package contract

import "strings"

// Language is a value of telemetry.sdk.language, e.g. "java" or "nodejs"; "" is unknown.
type Language string

// Languages with well-known names (semantic conventions, telemetry.sdk.language).
const (
	LanguageCPP    Language = "cpp"
	LanguageDotnet Language = "dotnet"
	LanguageErlang Language = "erlang"
	LanguageGo     Language = "go"
	LanguageJava   Language = "java"
	LanguageNode   Language = "nodejs"
	LanguagePHP    Language = "php"
	LanguagePython Language = "python"
	LanguageRuby   Language = "ruby"
	LanguageRust   Language = "rust"
	LanguageSwift  Language = "swift"
	LanguageWebJS  Language = "webjs"
)

// maxLanguageLen bounds a language name taken from telemetry as it is.
const maxLanguageLen = 32

var languageAliases = map[string]Language{
	"c++": LanguageCPP, "cplusplus": LanguageCPP,
	".net": LanguageDotnet, "csharp": LanguageDotnet, "c#": LanguageDotnet,
	"golang": LanguageGo,
	"jvm":    LanguageJava,
	"node":   LanguageNode, "node.js": LanguageNode, "javascript": LanguageNode, "js": LanguageNode, "typescript": LanguageNode,
	"py": LanguagePython,
	"rb": LanguageRuby,
	"rs": LanguageRust,
}

// ParseLanguage brings a spelling of telemetry.sdk.language to the semantic
// conventions' one ("Node" → "nodejs"). Unknown names pass in lower case; an
// empty or absurdly long one gives "".
func ParseLanguage(s string) Language {
	if s == "" || len(s) > maxLanguageLen {
		return ""
	}
	l := strings.ToLower(s)
	if a, ok := languageAliases[l]; ok {
		return a
	}
	return Language(l)
}

// scopePrefixes maps the beginning of an instrumentation scope name to the
// language whose SDK uses it. Longer and more special prefixes come first.
var scopePrefixes = []struct {
	prefix   string
	language Language
}{
	{"io.opentelemetry.contrib.php.", LanguagePHP},
	{"io.opentelemetry.", LanguageJava},
	{"io.micrometer.", LanguageJava},
	{"org.springframework.", LanguageJava},
	{"opentelemetry.instrumentation.", LanguagePython},
	{"opentelemetry.sdk.", LanguagePython},
	{"@opentelemetry/instrumentation-document-load", LanguageWebJS},
	{"@opentelemetry/instrumentation-fetch", LanguageWebJS},
	{"@opentelemetry/instrumentation-user-interaction", LanguageWebJS},
	{"@opentelemetry/instrumentation-xml-http-request", LanguageWebJS},
	{"@opentelemetry/", LanguageNode},
	{"@prisma/", LanguageNode},
	{"go.opentelemetry.io/", LanguageGo},
	{"github.com/", LanguageGo},
	{"google.golang.org/", LanguageGo},
	{"OpenTelemetry.Instrumentation.", LanguageDotnet},
	{"Microsoft.AspNetCore", LanguageDotnet},
	{"Microsoft.EntityFrameworkCore", LanguageDotnet},
	{"System.Net.Http", LanguageDotnet},
	{"Npgsql", LanguageDotnet},
	{"OpenTelemetry::", LanguageRuby},
	{"opentelemetry_phoenix", LanguageErlang},
	{"opentelemetry_ecto", LanguageErlang},
	{"opentelemetry_cowboy", LanguageErlang},
	{"opentelemetry_oban", LanguageErlang},
	{"opentelemetry-rust", LanguageRust},
	{"opentelemetry-otlp", LanguageRust},
	{"actix-web-opentelemetry", LanguageRust},
	{"axum-tracing-opentelemetry", LanguageRust},
	{"tracing-opentelemetry", LanguageRust},
	{"reqwest-tracing", LanguageRust},
	{"opentelemetry-cpp", LanguageCPP},
	{"envoy", LanguageCPP},
	{"nginx", LanguageCPP},
}

// LanguageOfScope guesses the language from an instrumentation scope name, for
// resources that lack telemetry.sdk.language. It returns "" when the name says nothing.
func LanguageOfScope(name string) Language {
	for i := range scopePrefixes {
		if strings.HasPrefix(name, scopePrefixes[i].prefix) {
			return scopePrefixes[i].language
		}
	}
	return ""
}

var runtimePrefixes = []struct {
	prefix   string
	language Language
}{
	{"openjdk", LanguageJava},
	{"java", LanguageJava},
	{"graalvm", LanguageJava},
	{"cpython", LanguagePython},
	{"pypy", LanguagePython},
	{"nodejs", LanguageNode},
	{"node.js", LanguageNode},
	{"browser", LanguageWebJS},
	{"go", LanguageGo},
	{".net", LanguageDotnet},
	{"rustc", LanguageRust},
	{"ruby", LanguageRuby},
	{"jruby", LanguageRuby},
	{"beam", LanguageErlang},
}

// LanguageOfRuntime guesses the language from process.runtime.name
// ("OpenJDK Runtime Environment" → "java"). It returns "" when the name says nothing.
func LanguageOfRuntime(name string) Language {
	if name == "" || len(name) > 256 {
		return ""
	}
	l := strings.ToLower(name)
	for i := range runtimePrefixes {
		if strings.HasPrefix(l, runtimePrefixes[i].prefix) {
			return runtimePrefixes[i].language
		}
	}
	return ""
}

// LanguageOfJaegerVersion reads the Jaeger client tag jaeger.version ("Go-2.11.0" → "go").
func LanguageOfJaegerVersion(v string) Language {
	name, _, ok := strings.Cut(v, "-")
	if !ok {
		return ""
	}
	switch l := ParseLanguage(name); l {
	case LanguageGo, LanguageJava, LanguagePython, LanguageNode, LanguageCPP, LanguageDotnet:
		return l
	default:
		return ""
	}
}

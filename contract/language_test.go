package contract

import "testing"

func TestParseLanguage(t *testing.T) {
	tests := []struct {
		in   string
		want Language
	}{
		{"java", LanguageJava},
		{"Node", LanguageNode},
		{"C++", LanguageCPP},
		{"golang", LanguageGo},
		{"haskell", "haskell"},
		{"", ""},
		{"a-language-name-that-is-far-too-long-to-be-one", ""},
	}
	for _, tt := range tests {
		if got := ParseLanguage(tt.in); got != tt.want {
			t.Errorf("ParseLanguage(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestLanguageOfScope(t *testing.T) {
	tests := []struct {
		in   string
		want Language
	}{
		{"io.opentelemetry.tomcat-10.0", LanguageJava},
		{"io.opentelemetry.contrib.php.slim", LanguagePHP},
		{"opentelemetry.instrumentation.fastapi", LanguagePython},
		{"@opentelemetry/instrumentation-http", LanguageNode},
		{"@opentelemetry/instrumentation-fetch", LanguageWebJS},
		{"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", LanguageGo},
		{"OpenTelemetry.Instrumentation.GrpcNetClient", LanguageDotnet},
		{"OpenTelemetry::Instrumentation::Rack", LanguageRuby},
		{"opentelemetry_phoenix", LanguageErlang},
		{"tracing-opentelemetry", LanguageRust},
		{"my-own-scope", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := LanguageOfScope(tt.in); got != tt.want {
			t.Errorf("LanguageOfScope(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestLanguageOfRuntimeAndJaeger(t *testing.T) {
	if got := LanguageOfRuntime("OpenJDK Runtime Environment"); got != LanguageJava {
		t.Errorf("LanguageOfRuntime(OpenJDK Runtime Environment) = %q, want java", got)
	}
	if got := LanguageOfRuntime("wasm"); got != "" {
		t.Errorf("LanguageOfRuntime(wasm) = %q, want unknown", got)
	}
	if got := LanguageOfJaegerVersion("Node-3.17.1"); got != LanguageNode {
		t.Errorf("LanguageOfJaegerVersion(Node-3.17.1) = %q, want nodejs", got)
	}
	if got := LanguageOfJaegerVersion("opentelemetry"); got != "" {
		t.Errorf("LanguageOfJaegerVersion(opentelemetry) = %q, want unknown", got)
	}
}

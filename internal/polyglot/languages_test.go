package polyglot

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRequired(t *testing.T) {
	tests := []struct {
		name    string
		env     map[string]string
		want    []Language
		wantErr string
	}{
		{name: "unset means those found"},
		{name: "blank is unset", env: map[string]string{EnvLanguages: "  "}},
		{name: "unset in CI means all", env: map[string]string{"CI": "true"}, want: []Language{Java, Python, Node, Go, Rust}},
		{name: "named", env: map[string]string{EnvLanguages: "go,rust"}, want: []Language{Go, Rust}},
		{name: "named in CI", env: map[string]string{EnvLanguages: "go", "CI": "true"}, want: []Language{Go}},
		{name: "spaces, case and repetition", env: map[string]string{EnvLanguages: " Go, java ,go"}, want: []Language{Go, Java}},
		{
			name: "unknown", env: map[string]string{EnvLanguages: "go,pyton"},
			wantErr: `POLYSPAN_LANGUAGES="go,pyton": unknown language "pyton": use a comma-separated list of java,python,node,go,rust`,
		},
		{
			name: "empty element", env: map[string]string{EnvLanguages: "go,"},
			wantErr: `POLYSPAN_LANGUAGES="go,": unknown language "": use a comma-separated list of java,python,node,go,rust`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Required(func(key string) string { return tt.env[key] })
			if tt.wantErr != "" {
				require.EqualError(t, err, tt.wantErr)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

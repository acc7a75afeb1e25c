package topology

import "github.com/polyspan/polyspan/contract"

// languageID numbers a language of the graph; 0 is unknown.
type languageID uint8

// maxLanguages bounds the table: unknown languages are names from outside.
const maxLanguages = 255

// languageTable numbers languages. Constructor: newLanguageTable.
type languageTable struct{ names []contract.Language }

func newLanguageTable() languageTable { return languageTable{names: []contract.Language{""}} }

func (t *languageTable) number(l contract.Language) languageID {
	for i, n := range t.names {
		if n == l {
			return languageID(i)
		}
	}
	if len(t.names) == maxLanguages {
		return 0
	}
	t.names = append(t.names, l)
	return languageID(len(t.names) - 1)
}

// languageOf detects the language of a resource: what it says itself, else what its
// runtime, its Jaeger client or an instrumentation scope gives away.
func languageOf(r *Resource) contract.Language {
	if l := contract.ParseLanguage(r.SDKLanguage); l != "" {
		return l
	}
	if l := contract.LanguageOfRuntime(r.RuntimeName); l != "" {
		return l
	}
	if l := contract.LanguageOfJaegerVersion(r.JaegerVersion); l != "" {
		return l
	}
	return contract.LanguageOfScope(r.Scope)
}

// majority keeps the more frequent of the languages seen at one end of an edge
// (Boyer–Moore), so that two languages under one name do not flicker.
type majority struct {
	language languageID
	lead     uint16
}

func (m *majority) vote(l languageID) {
	switch {
	case l == 0:
	case m.lead == 0:
		m.language, m.lead = l, 1
	case m.language != l:
		m.lead--
	case m.lead < 1<<15:
		m.lead++
	}
}

var languageTitles = map[contract.Language]string{
	contract.LanguageCPP:    "C++",
	contract.LanguageDotnet: ".NET",
	contract.LanguageErlang: "Erlang",
	contract.LanguageGo:     "Go",
	contract.LanguageJava:   "Java",
	contract.LanguageNode:   "Node.js",
	contract.LanguagePHP:    "PHP",
	contract.LanguagePython: "Python",
	contract.LanguageRuby:   "Ruby",
	contract.LanguageRust:   "Rust",
	contract.LanguageSwift:  "Swift",
	contract.LanguageWebJS:  "JavaScript",
}

// languageTitle is the language as a person writes it; an unknown one is returned as it is.
func languageTitle(l string) string {
	if t, ok := languageTitles[contract.Language(l)]; ok {
		return t
	}
	return l
}

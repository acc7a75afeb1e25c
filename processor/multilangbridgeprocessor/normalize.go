package multilangbridgeprocessor

import (
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/polyspan/polyspan/contract"
)

// attrLanguage is the resource attribute that names the language.
const attrLanguage = "telemetry.sdk.language"

// normalizer rewrites attributes to the pinned semantic conventions in place. An
// old attribute whose new name already holds another value stays: nothing is lost.
// It keeps scratch memory, so it serves one goroutine at a time.
type normalizer struct {
	spans, resources, events *renameTable
	keepOriginal             bool
	rewritten                int64 // attributes since the last call of taken

	// State of the attribute map that is being walked. The callback is made once:
	// a closure per span would be an allocation per span.
	table  *renameTable
	kind   int32
	moved  []movedAttribute
	remove func(string, pcommon.Value) bool
}

// movedAttribute is an attribute taken out of its map.
type movedAttribute struct {
	rename *contract.Rename
	newKey string // for prefix renames; else rename.New
	oldKey string
	value  pcommon.Value
}

func newNormalizer(keepOriginal bool) *normalizer {
	n := &normalizer{
		spans:        newRenameTable(contract.Renames(), contract.PrefixRenames()),
		resources:    newRenameTable(contract.ResourceRenames(), nil),
		events:       newRenameTable(contract.EventRenames(), nil),
		keepOriginal: keepOriginal,
	}
	n.remove = n.take
	return n
}

// traces rewrites everything in td and returns the number of attributes rewritten.
func (n *normalizer) traces(td ptrace.Traces) int64 {
	for _, rs := range td.ResourceSpans().All() {
		n.resource(rs)
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				n.span(span)
			}
		}
	}
	return n.taken()
}

// taken returns the number of attributes rewritten since the last call.
func (n *normalizer) taken() int64 {
	rewritten := n.rewritten
	n.rewritten = 0
	return rewritten
}

func (n *normalizer) resource(rs ptrace.ResourceSpans) {
	n.attributes(n.resources, 0, rs.Resource().Attributes())
	n.language(rs)
}

func (n *normalizer) span(span ptrace.Span) {
	n.attributes(n.spans, int32(span.Kind()), span.Attributes())
	for _, event := range span.Events().All() {
		if event.Name() == "message" {
			n.attributes(n.events, 0, event.Attributes())
		}
	}
}

// language sets telemetry.sdk.language where it is missing and the runtime, the
// Jaeger client tag or the scopes tell it.
func (n *normalizer) language(rs ptrace.ResourceSpans) {
	attrs := rs.Resource().Attributes()
	if v, ok := attrs.Get(attrLanguage); ok && v.Str() != "" {
		return
	}
	if l := detectLanguage(rs); l != "" {
		attrs.PutStr(attrLanguage, string(l))
		n.rewritten++
	}
}

func detectLanguage(rs ptrace.ResourceSpans) contract.Language {
	attrs := rs.Resource().Attributes()
	if v, ok := attrs.Get("process.runtime.name"); ok {
		if l := contract.LanguageOfRuntime(v.Str()); l != "" {
			return l
		}
	}
	if v, ok := attrs.Get("jaeger.version"); ok {
		if l := contract.LanguageOfJaegerVersion(v.Str()); l != "" {
			return l
		}
	}
	var found contract.Language
	for _, ss := range rs.ScopeSpans().All() {
		l := contract.LanguageOfScope(ss.Scope().Name())
		if l == "" {
			continue
		}
		if found != "" && l != found {
			return "" // scopes of two languages: no guess
		}
		found = l
	}
	return found
}

func (n *normalizer) attributes(table *renameTable, kind int32, attrs pcommon.Map) {
	if !table.renames(attrs, kind) {
		return
	}
	n.table, n.kind, n.moved = table, kind, n.moved[:0]
	attrs.RemoveIf(n.remove)
	for i := range n.moved {
		n.put(attrs, &n.moved[i])
	}
}

// take is the callback of RemoveIf: it moves out the attributes that have a new name.
func (n *normalizer) take(key string, value pcommon.Value) bool {
	rename, newKey := n.table.find(key, n.kind)
	if rename == nil {
		return false
	}
	if len(n.moved) == cap(n.moved) {
		n.moved = append(n.moved, movedAttribute{value: pcommon.NewValueEmpty()})
	} else {
		n.moved = n.moved[:len(n.moved)+1]
		if m := &n.moved[len(n.moved)-1]; m.rename == nil {
			m.value = pcommon.NewValueEmpty()
		}
	}
	m := &n.moved[len(n.moved)-1]
	m.rename, m.newKey, m.oldKey = rename, newKey, key
	if n.keepOriginal {
		value.CopyTo(m.value)
		return false
	}
	value.MoveTo(m.value)
	return true
}

// put writes one taken attribute under its new name, or back where it was.
func (n *normalizer) put(attrs pcommon.Map, m *movedAttribute) {
	done := false
	switch m.rename.Op {
	case contract.OpSplitTarget:
		done = splitTarget(attrs, m.value)
	case contract.OpMergeMethod:
		done = mergeMethod(attrs, m.value)
	case contract.OpOperation:
		done = n.operation(attrs, m)
	default:
		convert(m)
		done = putNew(attrs, m.newKey, m.value)
	}
	if done {
		n.rewritten++
		return
	}
	if !n.keepOriginal {
		m.value.MoveTo(attrs.PutEmpty(m.oldKey))
	}
}

// convert changes the value as the rename says.
func convert(m *movedAttribute) {
	switch m.rename.Op {
	case contract.OpString:
		if m.value.Type() == pcommon.ValueTypeInt {
			m.value.SetStr(strconv.FormatInt(m.value.Int(), 10))
		}
	case contract.OpGRPCStatus:
		if m.value.Type() == pcommon.ValueTypeInt {
			name, ok := contract.GRPCStatusName(m.value.Int())
			if !ok {
				name = strconv.FormatInt(m.value.Int(), 10)
			}
			m.value.SetStr(name)
		}
	default:
		if m.rename.Values != nil && m.value.Type() == pcommon.ValueTypeStr {
			if v, ok := m.rename.Values[m.value.Str()]; ok {
				m.value.SetStr(v)
			}
		}
	}
}

// putNew moves the value to a new key; false if the key holds another value.
func putNew(attrs pcommon.Map, key string, value pcommon.Value) bool {
	dst, existed := attrs.GetOrPutEmpty(key)
	if existed {
		return dst.Equal(value)
	}
	value.MoveTo(dst)
	return true
}

func splitTarget(attrs pcommon.Map, value pcommon.Value) bool {
	if value.Type() != pcommon.ValueTypeStr {
		return false
	}
	path, query, _ := strings.Cut(value.Str(), "?")
	if v, ok := attrs.Get("url.path"); ok && v.Str() != path {
		return false
	}
	if v, ok := attrs.Get("url.query"); ok && v.Str() != query {
		return false
	}
	attrs.PutStr("url.path", path)
	if query != "" {
		attrs.PutStr("url.query", query)
	}
	return true
}

func mergeMethod(attrs pcommon.Map, service pcommon.Value) bool {
	method, ok := attrs.Get("rpc.method")
	if !ok || service.Type() != pcommon.ValueTypeStr || service.Str() == "" {
		return false
	}
	prefix := service.Str() + "/"
	if strings.HasPrefix(method.Str(), prefix) {
		return true
	}
	if strings.Contains(method.Str(), "/") {
		return false // it names another service already
	}
	method.SetStr(prefix + method.Str())
	return true
}

func (n *normalizer) operation(attrs pcommon.Map, m *movedAttribute) bool {
	if m.value.Type() != pcommon.ValueTypeStr {
		return false
	}
	name := m.value.Str()
	operation := name
	if v, ok := m.rename.Values[name]; ok {
		operation = v
	}
	if v, ok := attrs.Get("messaging.operation.type"); ok && v.Str() != operation {
		return false
	}
	attrs.PutStr("messaging.operation.type", operation)
	if _, ok := attrs.Get("messaging.operation.name"); !ok {
		attrs.PutStr("messaging.operation.name", name)
	}
	return true
}

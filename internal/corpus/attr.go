package corpus

import "go.opentelemetry.io/collector/pdata/pcommon"

// attr is an attribute of a span, a resource or a link.
type attr struct {
	key    string
	text   string
	number int64
	form   form
}

// form is the type of an attribute's value.
type form uint8

const (
	formText   form = iota
	formNumber      // attr.number
	formList        // a list with attr.text as its only element, as captured headers are
)

func text(key, value string) attr         { return attr{key: key, text: value} }
func number(key string, value int64) attr { return attr{key: key, number: value, form: formNumber} }
func list(key, value string) attr         { return attr{key: key, text: value, form: formList} }

// put writes attributes, those that have a name.
func put(m pcommon.Map, attrs []attr) {
	for i := range attrs {
		a := &attrs[i]
		if a.key == "" {
			continue
		}
		switch a.form {
		case formNumber:
			m.PutInt(a.key, a.number)
		case formList:
			m.PutEmptySlice(a.key).AppendEmpty().SetStr(a.text)
		default:
			m.PutStr(a.key, a.text)
		}
	}
}

package report

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"
)

// templateFuncs are the functions of templates that need no report. Names, order of
// arguments and answers are those of Trivy and of sprig, which it uses;
// https://masterminds.github.io/sprig/. Left out are those that read the
// environment or the network, make keys, or differ from run to run.
func templateFuncs(version string) template.FuncMap {
	return template.FuncMap{
		"appVersion":     func() string { return version },
		"endWithPeriod":  func(s string) string { return strings.TrimSuffix(s, ".") + "." },
		"escapeMarkdown": markdownText,
		"escapeString":   html.EscapeString,
		"escapeXML":      escapeXML,
		"escapeCSV":      escapeCSV,
		"sourceID":       func(s string) string { return s },

		"lower":      strings.ToLower,
		"upper":      strings.ToUpper,
		"title":      titled,
		"trim":       strings.TrimSpace,
		"trimAll":    func(cut, s string) string { return strings.Trim(s, cut) },
		"trimPrefix": func(prefix, s string) string { return strings.TrimPrefix(s, prefix) },
		"trimSuffix": func(suffix, s string) string { return strings.TrimSuffix(s, suffix) },
		"replace":    func(from, to, s string) string { return strings.ReplaceAll(s, from, to) },
		"contains":   func(part, s string) bool { return strings.Contains(s, part) },
		"hasPrefix":  func(prefix, s string) bool { return strings.HasPrefix(s, prefix) },
		"hasSuffix":  func(suffix, s string) bool { return strings.HasSuffix(s, suffix) },
		"nospace":    func(s string) string { return strings.Join(strings.Fields(s), "") },
		"quote":      func(list ...any) string { return quoted(list, strconv.Quote) },
		"squote":     func(list ...any) string { return quoted(list, func(s string) string { return "'" + s + "'" }) },
		"repeat":     repeated,
		"trunc":      truncated,
		"abbrev":     abbreviated,
		"indent":     withIndent,
		"nindent":    func(n int, s string) string { return "\n" + withIndent(n, s) },
		"toString":   textOf,

		"list":      func(values ...any) []any { return values },
		"append":    func(list, value any) []any { return append(itemsOf(list), value) },
		"first":     func(list any) any { return itemAt(itemsOf(list), 0) },
		"last":      func(list any) any { items := itemsOf(list); return itemAt(items, len(items)-1) },
		"has":       func(value, list any) bool { return slices.ContainsFunc(itemsOf(list), equalTo(value)) },
		"uniq":      uniqueOf,
		"sortAlpha": func(list any) []string { texts := textsOf(list); slices.Sort(texts); return texts },
		"join":      func(separator string, list any) string { return strings.Join(textsOf(list), separator) },
		"splitList": func(separator, s string) []string { return strings.Split(s, separator) },
		"dict":      dictionary,
		"get":       func(d map[string]any, key string) any { return itemOr(d[key]) },
		"set":       func(d map[string]any, key string, value any) map[string]any { d[key] = value; return d },
		"hasKey":    func(d map[string]any, key string) bool { _, ok := d[key]; return ok },

		"empty":    isEmpty,
		"default":  func(or any, value ...any) any { return firstSet(append(value, or)...) },
		"coalesce": firstSet,
		"ternary": func(yes, no any, cond bool) any {
			if cond {
				return yes
			}
			return no
		},

		"add":  func(list ...any) int64 { return folded(list, func(a, b int64) int64 { return a + b }) },
		"add1": func(n any) int64 { return integer(n) + 1 },
		"sub":  func(a, b any) int64 { return integer(a) - integer(b) },
		"mul":  func(list ...any) int64 { return folded(list, func(a, b int64) int64 { return a * b }) },
		"div":  func(a, b any) (int64, error) { return divided(a, b, func(a, b int64) int64 { return a / b }) },
		"mod":  func(a, b any) (int64, error) { return divided(a, b, func(a, b int64) int64 { return a % b }) },
		"max":  func(list ...any) int64 { return folded(list, func(a, b int64) int64 { return max(a, b) }) },
		"min":  func(list ...any) int64 { return folded(list, func(a, b int64) int64 { return min(a, b) }) },
		"int":  func(n any) int { return int(integer(n)) },
		"float64": func(n any) float64 {
			f, _ := strconv.ParseFloat(textOf(n), 64)
			return f
		},

		"regexMatch": func(pattern, s string) (bool, error) { return regexp.MatchString(pattern, s) },
		"regexFind": func(pattern, s string) (string, error) {
			return matching(pattern, func(re *regexp.Regexp) string { return re.FindString(s) })
		},
		"regexReplaceAll": func(pattern, s, to string) (string, error) {
			return matching(pattern, func(re *regexp.Regexp) string { return re.ReplaceAllString(s, to) })
		},
		"regexReplaceAllLiteral": func(pattern, s, to string) (string, error) {
			return matching(pattern, func(re *regexp.Regexp) string { return re.ReplaceAllLiteralString(s, to) })
		},

		"date":      dateIn,
		"toJson":    func(v any) (string, error) { text, err := json.Marshal(v); return string(text), err },
		"b64enc":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"sha1sum":   func(s string) string { sum := sha1.Sum([]byte(s)); return hex.EncodeToString(sum[:]) },
		"sha256sum": func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) },
		"toPrettyJson": func(v any) (string, error) {
			text, err := json.MarshalIndent(v, "", "  ")
			return string(text), err
		},
	}
}

func escapeXML(s string) (string, error) {
	var out bytes.Buffer
	err := xml.EscapeText(&out, []byte(s))
	return out.String(), err
}

// escapeCSV is one value of a line of [CSV].
func escapeCSV(s string) string {
	var out bytes.Buffer
	csvLine(&out, s)
	return strings.TrimSuffix(out.String(), "\n")
}

// titled has a capital at the start of each word.
func titled(s string) string {
	start := true
	return strings.Map(func(r rune) rune {
		first := start
		start = unicode.IsSpace(r)
		if first {
			return unicode.ToTitle(r)
		}
		return r
	}, s)
}

func quoted(list []any, quote func(string) string) string {
	var words []string
	for _, v := range list {
		if v != nil {
			words = append(words, quote(textOf(v)))
		}
	}
	return strings.Join(words, " ")
}

// maxRepeat bounds the bytes that one call makes of nothing.
const maxRepeat = 1 << 20

func repeated(n int, s string) (string, error) {
	if n < 0 || len(s) > 0 && n > maxRepeat/len(s) {
		return "", fmt.Errorf("repeat %d bytes %d times: want at most %d in all", len(s), n, maxRepeat)
	}
	return strings.Repeat(s, n), nil
}

// truncated is the first n characters of s, or the last ones where n is negative.
func truncated(n int, s string) string {
	runes := []rune(s)
	switch {
	case n >= 0 && n < len(runes):
		return string(runes[:n])
	case n < 0 && -n < len(runes):
		return string(runes[len(runes)+n:])
	}
	return s
}

// abbreviated is at most n characters, with "..." for the rest.
func abbreviated(n int, s string) string {
	if n < 4 || utf8.RuneCountInString(s) <= n {
		return s
	}
	return truncated(n-3, s) + "..."
}

func withIndent(n int, s string) string {
	pad := strings.Repeat(" ", min(max(n, 0), 1000))
	return pad + strings.ReplaceAll(s, "\n", "\n"+pad)
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}

// itemsOf are those of a list of any type; a value that is no list is its own item.
func itemsOf(list any) []any {
	v := reflect.ValueOf(list)
	if !v.IsValid() {
		return nil
	}
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return []any{list}
	}
	items := make([]any, v.Len())
	for i := range items {
		items[i] = v.Index(i).Interface()
	}
	return items
}

func itemAt(items []any, i int) any {
	if i < 0 || i >= len(items) {
		return nil
	}
	return items[i]
}

// itemOr is "" for nothing, as sprig has it.
func itemOr(v any) any {
	if v == nil {
		return ""
	}
	return v
}

func equalTo(v any) func(any) bool {
	return func(w any) bool { return reflect.DeepEqual(v, w) }
}

func uniqueOf(list any) []any {
	var unique []any
	for _, v := range itemsOf(list) {
		if !slices.ContainsFunc(unique, equalTo(v)) {
			unique = append(unique, v)
		}
	}
	return unique
}

func textsOf(list any) []string {
	var texts []string
	for _, v := range itemsOf(list) {
		if v != nil {
			texts = append(texts, textOf(v))
		}
	}
	return texts
}

func dictionary(pairs ...any) map[string]any {
	d := make(map[string]any)
	for i := 0; i < len(pairs); i += 2 {
		d[textOf(pairs[i])] = itemOr(itemAt(pairs, i+1))
	}
	return d
}

// isEmpty reports whether v is false, zero, "" or without items.
func isEmpty(v any) bool {
	value := reflect.ValueOf(v)
	if !value.IsValid() {
		return true
	}
	switch value.Kind() {
	case reflect.Array, reflect.Slice, reflect.Map, reflect.String:
		return value.Len() == 0
	case reflect.Struct:
		return false
	}
	return value.IsZero()
}

// firstSet is the first that is not empty.
func firstSet(list ...any) any {
	for _, v := range list {
		if !isEmpty(v) {
			return v
		}
	}
	return itemAt(list, len(list)-1)
}

// integer is 0 for what is no number.
func integer(v any) int64 {
	value := reflect.ValueOf(v)
	switch {
	case !value.IsValid():
		return 0
	case value.CanInt():
		return value.Int()
	case value.CanUint():
		return int64(value.Uint())
	case value.CanFloat():
		return int64(value.Float())
	}
	n, _ := strconv.ParseInt(textOf(v), 10, 64)
	return n
}

func folded(list []any, f func(a, b int64) int64) int64 {
	if len(list) == 0 {
		return 0
	}
	n := integer(list[0])
	for _, v := range list[1:] {
		n = f(n, integer(v))
	}
	return n
}

func divided(a, b any, f func(a, b int64) int64) (int64, error) {
	if integer(b) == 0 {
		return 0, fmt.Errorf("divide %v by zero", a)
	}
	return f(integer(a), integer(b)), nil
}

func matching(pattern string, f func(*regexp.Regexp) string) (string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	return f(re), nil
}

// dateIn is a time in a layout of package time, in UTC; "" for what is no time.
func dateIn(layout string, v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().Format(layout)
	case *time.Time:
		if v != nil {
			return v.UTC().Format(layout)
		}
	}
	return ""
}

package lint

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Explain says in plain text what r is: what it reports and why, what to do about
// it, and how it is called and configured. Templates describe the parameters of a
// rule that is made from one of them; without it the arguments alone are shown.
func Explain(r *Rule, templates []Template) string {
	var b strings.Builder
	b.WriteString(r.Name)
	if r.Title != "" {
		b.WriteString(": " + r.Title)
	}
	b.WriteString("\n")
	for _, text := range []string{r.Doc, r.Remediation} {
		if text = strings.TrimSpace(text); text != "" {
			b.WriteString("\n" + text + "\n")
		}
	}
	b.WriteString("\n")
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-11s %s\n", name+":", text)
		}
	}
	row("Severity", r.Severity.String())
	if r.Default {
		row("Runs", "by default")
	} else {
		row("Runs", "where it is included")
	}
	row("Looks at", kindNames(r.Kinds))
	row("Aliases", strings.Join(r.Aliases, ", "))
	row("Groups", strings.Join(r.Groups, ", "))
	row("Template", r.Template)
	row("More", r.URL)
	explainParams(&b, r, templates)
	return b.String()
}

func kindNames(kinds []Kind) string {
	if kinds == nil {
		return "every Kubernetes object"
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

// explainParams describes the parameters of r's template, and lists its arguments.
func explainParams(b *strings.Builder, r *Rule, templates []Template) {
	var params []Param
	if i := slices.IndexFunc(templates, func(t Template) bool { return t.Name == r.Template }); i >= 0 {
		params = templates[i].Params
	}
	if len(params)+len(r.Params) > 0 {
		b.WriteString("\nParameters:\n")
	}
	given := make(map[string]any, len(r.Params))
	for name, value := range r.Params {
		given[strings.ToLower(name)] = value
	}
	for _, p := range params {
		fmt.Fprintf(b, "  %s (%s): %s\n", p.Name, strings.Join(p.traits(), ", "), p.Doc)
		if value, ok := given[strings.ToLower(p.Name)]; ok {
			fmt.Fprintf(b, "    here: %s\n", jsonText(value))
			delete(given, strings.ToLower(p.Name))
		}
	}
	var rest []string
	for name := range r.Params {
		if _, ok := given[strings.ToLower(name)]; ok {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	for _, name := range rest {
		fmt.Fprintf(b, "  %s: %s\n", name, jsonText(r.Params[name]))
	}
}

// traits are what there is to say of a parameter beside its text.
func (p Param) traits() []string {
	traits := []string{p.Type}
	if p.Required {
		traits = append(traits, "required")
	}
	if p.Regexp {
		traits = append(traits, "regular expression")
	}
	if p.Negation {
		traits = append(traits, "! in front negates")
	}
	if p.Enum != nil {
		traits = append(traits, "one of "+strings.Join(p.Enum, " "))
	}
	if p.Default != nil {
		traits = append(traits, "default "+jsonText(p.Default))
	}
	return traits
}

// jsonText is a value as it can be written in a configuration.
func jsonText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

// listFormats are those of the lists of rules and templates.
func listFormats() []string { return []string{"json", "markdown", "plain"} }

// listCommand makes "NAME list", which may be written as NAME alone.
func listCommand(name, short, example string, write func(w io.Writer, format string) error) *cobra.Command {
	var format string
	run := func(cmd *cobra.Command, _ []string) error {
		if !slices.Contains(listFormats(), format) {
			return fmt.Errorf("--format %q: want %s", format, strings.Join(listFormats(), ", "))
		}
		return failed(write(cmd.OutOrStdout(), format))
	}
	cmd := &cobra.Command{Use: name, Short: short, Example: example, Args: cobra.NoArgs, RunE: run}
	list := &cobra.Command{Use: "list", Short: short, Example: example, Args: cobra.NoArgs, RunE: run}
	cmd.PersistentFlags().StringVar(&format, "format", "plain", "`FORMAT` of the list: plain, markdown or json")
	cmd.AddCommand(list)
	return cmd
}

func checksCommand() *cobra.Command {
	return listCommand("checks", "List the built-in rules", "  plimsoll lint checks list --format markdown", func(w io.Writer, format string) error {
		all, _, err := builtin(false, nil)
		if err != nil {
			return err
		}
		if format == "json" {
			return json.NewEncoder(w).Encode(report.KubeLinterChecks(all))
		}
		for i, r := range all {
			if err := writeCheck(w, r, format, i == 0); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeCheck writes one rule.
func writeCheck(w io.Writer, r *lint.Rule, format string, first bool) error {
	params := "none"
	if r.Params != nil {
		text, err := json.Marshal(r.Params)
		if err != nil {
			return err
		}
		params = string(text)
	}
	if format == "markdown" {
		enabled := "No"
		if r.Default {
			enabled = "Yes"
		}
		head := ""
		if first {
			head = "# Rules\n\n"
		}
		_, err := fmt.Fprintf(w, "%s## %s\n\n**Enabled by default**: %s\n\n**Severity**: %s\n\n**Description**: %s\n\n**Remediation**: %s\n\n**Template**: %s\n\n**Parameters**: `%s`\n\n",
			head, r.Name, enabled, r.Severity, r.Doc, r.Remediation, r.Template, params)
		return err
	}
	if !first {
		if _, err := io.WriteString(w, "\n------------------------------\n\n"); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "Name: %s\nDescription: %s\nRemediation: %s\nTemplate: %s\nParameters: %s\nSeverity: %s\nEnabled by default: %t\n",
		r.Name, r.Doc, r.Remediation, r.Template, params, r.Severity, r.Default)
	return err
}

// A templateEntry is a template in the JSON that KubeLinter writes.
type templateEntry struct {
	HumanName            string
	Key                  string
	Description          string
	SupportedObjectKinds report.KubeLinterScope
	Parameters           []paramEntry
}

type paramEntry struct {
	Name            string
	Type            string
	Description     string
	Required        bool
	Enum            []string `json:",omitempty"`
	Default         any      `json:",omitempty"`
	RegexAllowed    bool
	NegationAllowed bool
}

func templatesCommand() *cobra.Command {
	return listCommand("templates", "List the templates that rules are made from", "  plimsoll lint templates list --format json", func(w io.Writer, format string) error {
		_, templates, err := builtin(false, nil)
		if err != nil {
			return err
		}
		entries := make([]templateEntry, 0, len(templates))
		for _, t := range templates {
			e := templateEntry{HumanName: t.Title, Key: t.Name, Description: t.Doc, SupportedObjectKinds: report.KubeLinterScope{ObjectKinds: t.Kinds}, Parameters: []paramEntry{}}
			for _, p := range t.Params {
				e.Parameters = append(e.Parameters, paramEntry{p.Name, p.Type, p.Doc, p.Required, p.Enum, p.Default, p.Regexp, p.Negation})
			}
			entries = append(entries, e)
		}
		if format == "json" {
			return json.NewEncoder(w).Encode(entries)
		}
		for i, e := range entries {
			if _, err := io.WriteString(w, e.text(format, i == 0)); err != nil {
				return err
			}
		}
		return nil
	})
}

// text is e for people.
func (e templateEntry) text(format string, first bool) string {
	var b strings.Builder
	if format == "markdown" {
		if first {
			b.WriteString("# Templates\n\n")
		}
		fmt.Fprintf(&b, "## %s\n\n**Key**: `%s`\n\n**Description**: %s\n\n**Supported objects**: %s\n\n", e.HumanName, e.Key, e.Description, kindList(e.SupportedObjectKinds.ObjectKinds))
		for _, p := range e.Parameters {
			fmt.Fprintf(&b, "- `%s` (%s): %s\n", p.Name, p.kind(), p.Description)
		}
		b.WriteByte('\n')
		return b.String()
	}
	if !first {
		b.WriteString("\n------------------------------\n\n")
	}
	fmt.Fprintf(&b, "Name: %s\nKey: %s\nDescription: %s\nSupported Objects: %s\nParameters:", e.HumanName, e.Key, e.Description, kindList(e.SupportedObjectKinds.ObjectKinds))
	if len(e.Parameters) == 0 {
		b.WriteString(" none")
	}
	b.WriteByte('\n')
	for _, p := range e.Parameters {
		fmt.Fprintf(&b, "\t%s (%s): %s\n", p.Name, p.kind(), p.Description)
	}
	return b.String()
}

func (p paramEntry) kind() string {
	kind := p.Type
	if p.Required {
		kind += ", required"
	}
	if len(p.Enum) > 0 {
		kind += ", one of " + strings.Join(p.Enum, ", ")
	}
	return kind
}

func kindList(kinds []lint.Kind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return strings.Join(words, ", ")
}

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "explain RULE",
		Short:   "Say what a rule reports, why, and what to do about it",
		Example: "  plimsoll lint explain run-as-non-root",
		Args:    cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return ruleNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			all, templates, err := builtin(false, nil)
			if err != nil {
				return failed(err)
			}
			for _, r := range all {
				if r.Name == args[0] || r.HasAlias(args[0]) {
					_, err := io.WriteString(cmd.OutOrStdout(), lint.Explain(r, templates))
					return failed(err)
				}
			}
			return failed(fmt.Errorf("no rule is called %s: see plimsoll lint checks%s", args[0], didYouMean(args[0], namesOf(all))))
		},
	}
}

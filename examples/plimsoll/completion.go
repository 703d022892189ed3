package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// addCompletions lets a shell complete the values of flags, of all commands under root.
func addCompletions(root *cobra.Command) {
	for cmd := range commandsOf(root) {
		for flag, words := range completions(cmd.Name()) {
			if cmd.LocalFlags().Lookup(flag) == nil {
				continue
			}
			list := listed(cmd, flag)
			_ = cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
				return complete(words(), start, list), cobra.ShellCompDirectiveNoFileComp
			})
		}
	}
}

// completions are the words that a flag of a command may have.
func completions(command string) map[string]func() []string {
	m := map[string]func() []string{
		"severity":           severityNames,
		"ignore-status":      statusNames,
		"pkg-types":          words("os", "library"),
		"pkg-relationships":  words("unknown", "root", "workspace", "direct", "indirect"),
		"scanners":           words("vuln"),
		"sort":               words("package", "severity", "epss"),
		"exit-on":            words("kev", "eol"),
		"image-src":          words("docker", "podman", "containerd", "remote"),
		"misconfig-scanners": words("dockerfile", "kubernetes", "helm", "compose"),
		"severity-source":    words("auto", "nvd", "ghsa", "debian", "ubuntu", "redhat", "alpine"),
		"format":             scanFormatNames,
	}
	switch command {
	case "lint":
		m["include"], m["exclude"] = ruleNames, ruleNames
		m["format"] = words("plain", "json", "sarif", "html")
	case "score":
		m["rules"], m["id"] = scoreNames, scoreNames
		m["format"] = words("json", "table", "sarif", "html", "template")
	case "compare", "diff":
		m["format"] = words("table", "json")
	case "status":
		m["format"] = words("text", "json")
	case "rules":
		m["format"] = words("json", "yaml", "table")
	case "checks", "templates", "list":
		m["format"] = listFormats
	}
	return m
}

// listed reports whether the flag takes several words, with commas between them.
func listed(cmd *cobra.Command, flag string) bool {
	return cmd.LocalFlags().Lookup(flag).Value.Type() == "stringSlice"
}

// complete are the ways to go on from start, which may be a list whose last word is
// the one to complete; one that is in the list is not proposed again.
func complete(words []string, start string, list bool) []string {
	done := ""
	if i := strings.LastIndexByte(start, ','); list && i >= 0 {
		done = start[:i+1]
	}
	var ways []string
	for _, word := range words {
		if strings.HasPrefix(strings.ToLower(word), strings.ToLower(start[len(done):])) && !slices.Contains(strings.Split(done, ","), word) {
			ways = append(ways, done+word)
		}
	}
	return ways
}

func words(list ...string) func() []string { return func() []string { return list } }

func severityNames() []string {
	var names []string
	for _, l := range slices.Backward(severity.Levels()) {
		names = append(names, l.String())
	}
	return names
}

func statusNames() []string {
	var names []string
	for s := vuln.StatusUnknown; s <= vuln.StatusEndOfLife; s++ {
		names = append(names, s.String())
	}
	return names
}

// ruleNames are the names and groups of the rules of lint.
func ruleNames() []string {
	all, _, err := builtin(false, nil)
	if err != nil {
		return nil
	}
	return namesOf(all)
}

func namesOf(all []*lint.Rule) []string {
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
		names = append(names, r.Groups...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func scoreNames() []string {
	var names []string
	for _, r := range score.Rules() {
		names = append(names, r.ID)
	}
	return names
}

// scanFormatNames are the formats of the commands that scan.
func scanFormatNames() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

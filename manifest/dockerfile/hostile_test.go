package dockerfile_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// TestHostile reads what is made to be large, deep or endless. Each is bounded, and a
// problem says where; the objects of what can be read are there, and rules look at
// them.
func TestHostile(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	doubling := "FROM a\nARG V0=0123456789\n"
	for i := range 60 {
		doubling += fmt.Sprintf("ARG V%d=$V%d$V%d\n", i+1, i, i)
	}
	env := "FROM a\n"
	for i := range 9_000 {
		env += fmt.Sprintf("ENV V%d=x\n", i)
	}
	chain := "FROM a AS s0\n"
	for i := range 3_000 {
		chain += fmt.Sprintf("FROM s%d AS s%d\nENV V%d=$W\n", i, i+1, i)
	}
	for _, row := range []struct {
		name, text string
		want       error
		line       int
		object     bool
	}{
		{"a line of 1 MB", "FROM a\nRUN " + repeat("x", 1<<20) + "\n", manifest.ErrLimit, 2, false},
		{"an instruction of many lines", "FROM a\nRUN x" + repeat(" \\\nxxxxxxxxxxxxxxxxxxxxxxx", 20_000), manifest.ErrLimit, 10_488, false},
		{"10,000 stages", repeat("FROM a\n", 10_000), nil, 0, true},
		{"stages on each other", chain, nil, 0, true},
		{"many variables", env, nil, 0, true},
		{"many files of credentials", "FROM a\n" + repeat("ENV AWS_CONFIG_FILE=/"+repeat("a/", 80)+"\nCOPY a /b\n", 2_000), nil, 0, true},
		{"too many instructions", repeat("FROM a\n", 20_001), manifest.ErrLimit, 20_001, false},
		{"too many lines", repeat("\n", 200_001), manifest.ErrLimit, 200_001, false},
		{"no instruction", "\n# nothing\n", manifest.ErrSyntax, 2, false},
		{"empty", "", manifest.ErrSyntax, 1, false},
		{"a variable of itself", "FROM a\nARG A=$A\nENV A=$A$A\nUSER $A\n", nil, 0, true},
		{"doubling variables", doubling, manifest.ErrLimit, 15, true},
		{"a heredoc without end", "FROM a\nRUN <<EOF\napt-get update\n", manifest.ErrSyntax, 2, false},
		{"many heredocs", "FROM a\nRUN x" + repeat(" <<A", 10_000) + repeat("\nA", 10_000) + "\n", nil, 0, true},
		{"binary", "FROM a\nRUN \x00\x01\n", manifest.ErrSyntax, 2, false},
		{"UTF-16", "\xff\xfeF\x00R\x00O\x00M\x00", manifest.ErrSyntax, 1, false},
		{"not UTF-8", "FROM a\nMAINTAINER J\xf6rg\n# \xff\nRUN \xc3(\n", manifest.ErrSyntax, 4, true},
		{"substitutions in each other", "FROM ${a:-" + repeat("${a:-", 900) + "\n", manifest.ErrSyntax, 1, true},
		{"more of them", "FROM ${a:-" + repeat("${a:-", 9_000) + "\n", manifest.ErrLimit, 1, true},
		{"too many of them", "FROM ${a:-" + repeat("${a:-", 11_000) + "\n", manifest.ErrLimit, 1, false},
		{"subshells in each other", "FROM a\nRUN " + repeat("(", 9_000) + "\n", manifest.ErrSyntax, 2, true},
		{"subshells that end", "FROM a\nRUN " + repeat("(", 4_000) + "x" + repeat(")", 4_000) + "\n", nil, 0, true},
		{"too many subshells", "FROM a\nRUN " + repeat("$(", 11_000) + "\n", manifest.ErrLimit, 2, true},
		{"quotes and substitutions in each other", "FROM a\nRUN " + repeat(`"$(`, 4_900) + "x" + repeat(`)"`, 4_900) + "\n", nil, 0, true},
		{"runs on a chain of stages", chain + repeat("RUN x\n", 3_000), nil, 0, true},
		{"ifs in each other", "FROM a\nRUN " + repeat("if ", 11_000) + "\n", manifest.ErrLimit, 2, true},
		{"a long list", "FROM a\nRUN x" + repeat("&&x", 4_500) + "\n", nil, 0, true},
		{"a long pipe", "FROM a\nRUN x" + repeat("|x", 9_000) + "\n", nil, 0, true},
		{"a long arithmetic", "FROM a\nRUN x $((" + repeat("-", 30_000) + "1))\n", manifest.ErrSyntax, 2, true},
		{"a longer arithmetic", "FROM a\nRUN <<E\nx $((" + repeat(repeat("-", 60_000)+"\n", 9) + "1))\nE\n", manifest.ErrLimit, 3, true},
		{"deep JSON", "FROM a\nRUN " + repeat("[", 60_000) + "\n", manifest.ErrLimit, 2, true},
		{"escapes", "FROM a\nRUN " + repeat("\\", 60_000) + "\n", nil, 0, true},
		{"scripts in scripts", "FROM a\nRUN " + repeat("sh -c '", 1_000) + "\n", nil, 0, true},
		{"ONBUILD of ONBUILD", "FROM a\n" + repeat("ONBUILD ", 8_000) + "\n", nil, 0, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := hold(t, row.text)
			if (len(b.Objects) > 0) != row.object {
				t.Errorf("%d objects, want some: %t", len(b.Objects), row.object)
			}
			found, err := lint.Run(context.Background(), b.Objects, dockerfileRules(), lint.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range found.Problems {
				if !errors.Is(p.Err, manifest.ErrLimit) {
					t.Errorf("lint: %v", p)
				}
			}
			if row.want == nil {
				if len(b.Problems) > 0 {
					t.Errorf("problems %v, want none", b.Problems)
				}
				return
			}
			if len(b.Problems) == 0 {
				t.Fatalf("no problem, want %v", row.want)
			}
			if p := b.Problems[0]; !errors.Is(p.Err, row.want) || p.Position.Line != row.line {
				t.Errorf("problem %.200v, want %v in line %d", p, row.want, row.line)
			}
		})
	}
}

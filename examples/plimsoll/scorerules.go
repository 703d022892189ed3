package main

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/score"
)

// scoreRulesCommand lists the rules as "kubesec print-rules" does.
func scoreRulesCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "rules", Aliases: []string{"print-rules"}, Short: "List the scoring rules", Example: "  plimsoll score rules --format table", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			rules := score.Rules()
			switch format {
			case "json":
				return failed(score.WriteRules(cmd.OutOrStdout(), rules))
			case "yaml":
				text, err := yaml.Marshal(yamlRules(rules))
				if err != nil {
					return failed(fmt.Errorf("encode scoring rules: %w", err))
				}
				_, err = cmd.OutOrStdout().Write(text)
				return failed(err)
			case "table":
				t := table.NewWriter()
				t.SetStyle(table.StyleLight)
				t.AppendHeader(table.Row{"Rule", "Points", "Kinds", "Reason"})
				for _, r := range rules {
					t.AppendRow(table.Row{r.ID, fmt.Sprintf("%+d", r.Points), strings.Join(r.Kinds, "\n"), r.Reason})
				}
				_, err := fmt.Fprintln(cmd.OutOrStdout(), t.Render())
				return failed(err)
			}
			return fmt.Errorf("--format %q: want json, yaml or table", format)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "json", "`FORMAT` of the list: json, yaml or table")
	return cmd
}

type yamlRule struct {
	ID       string   `yaml:"id"`
	Selector string   `yaml:"selector"`
	Reason   string   `yaml:"reason"`
	Kinds    []string `yaml:"kinds"`
	Points   int      `yaml:"points"`
	Advise   int      `yaml:"advise"`
}

func yamlRules(rules []score.Rule) []yamlRule {
	list := make([]yamlRule, len(rules))
	for i, r := range rules {
		list[i] = yamlRule{r.ID, r.Selector, r.Reason, r.Kinds, r.Points, r.Advise}
	}
	return list
}

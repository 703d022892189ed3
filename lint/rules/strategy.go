package rules

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// noRollingUpdate reports workloads that an update takes down.
func noRollingUpdate() *lint.Rule {
	return made(updateConfigurationTemplate(), map[string]any{"strategyTypeRegex": "^(RollingUpdate|Rolling)$"}, lint.Rule{
		Name:        "no-rolling-update-strategy",
		Title:       "Update that is not a rolling one",
		Doc:         "Reports workloads whose pods an update does not replace one after the other. With Recreate all are stopped before the first new one starts; with OnDelete old ones run on until somebody deletes them.",
		Remediation: "Set the type of the update strategy to RollingUpdate, or to Rolling in a DeploymentConfig.",
		URL:         "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",
		Severity:    severity.Low,
	})
}

func updateConfigurationDifferences() []Difference {
	const template = "update-configuration"
	return []Difference{{
		Rule:       template,
		KubeLinter: "knows the type that stands where none does for apps/v1 and apps.openshift.io alone",
		Plimsoll:   "knows it for each version",
		Reason:     "so does the API server; before apps/v1beta2 it was OnDelete for some kinds",
		Issue:      "https://github.com/stackrox/kube-linter/issues/824",
	}, {
		Rule:       template,
		KubeLinter: "compares maxUnavailable and maxSurge that are left out as <nil>",
		Plimsoll:   "compares what the API server puts there",
		Reason:     "that is what is in force",
	}, {
		Rule:       template,
		KubeLinter: "looks for the parameters of a rolling update whatever the strategy",
		Plimsoll:   "looks for them where the strategy is a rolling one",
		Reason:     "the API server refuses them elsewhere",
	}}
}

type updateParams struct {
	StrategyTypeRegex  string `yaml:"strategyTypeRegex" doc:"what the type of the strategy matches" required:"" regexp:""`
	MaxPodsUnavailable string `yaml:"maxPodsUnavailable" doc:"the highest maxUnavailable that is not reported: a number or a percentage"`
	MinPodsUnavailable string `yaml:"minPodsUnavailable" doc:"the lowest maxUnavailable that is not reported"`
	MaxSurge           string `yaml:"maxSurge" doc:"the highest maxSurge that is not reported"`
	MinSurge           string `yaml:"minSurge" doc:"the lowest maxSurge that is not reported"`
}

func updateConfigurationTemplate() lint.Template {
	const doc = "Reports workloads whose update strategy is not as asked for."
	return lint.NewTemplate("update-configuration", doc, updateParams{}, func(params updateParams) (*lint.Rule, error) {
		c, err := newUpdateCheck(params)
		if err != nil {
			return nil, err
		}
		return &lint.Rule{Run: c.run}, nil
	}).For(lint.DeploymentLike).Titled("Update strategy of workloads")
}

// An updateCheck is what is asked of a strategy.
type updateCheck struct {
	pattern            *regexp.Regexp
	rolling            bool // parameters of a rolling update are asked for
	unavailable, surge interval
}

func newUpdateCheck(params updateParams) (*updateCheck, error) {
	re, err := regexp.Compile(params.StrategyTypeRegex)
	if err != nil {
		return nil, fmt.Errorf("invalid regex %s: %w", params.StrategyTypeRegex, err)
	}
	unavailable, unavailableErr := newInterval("PodsUnavailable", params.MinPodsUnavailable, params.MaxPodsUnavailable)
	surge, surgeErr := newInterval("Surge", params.MinSurge, params.MaxSurge)
	if err := errors.Join(unavailableErr, surgeErr); err != nil {
		return nil, err
	}
	return &updateCheck{
		pattern: re, unavailable: unavailable, surge: surge,
		rolling: strings.Contains(params.StrategyTypeRegex, "Rolling") && (unavailable.bounded() || surge.bounded()),
	}, nil
}

func (c *updateCheck) run(p *lint.Pass) error {
	s := p.Object.UpdateStrategy()
	if s == nil {
		return nil
	}
	typ := strategyType(p, s)
	if !c.pattern.MatchString(typ) {
		p.Reportf(strategyNode(s, "type"), "object has %s strategy type but must match regex %s", cmp.Or(typ, "no"), c.pattern)
	}
	if !p.Compat() && typ != "RollingUpdate" && typ != "Rolling" {
		return nil
	}
	if c.rolling && !s.Rolling.Exists() {
		p.Reportf(strategyNode(s), "object has no rolling update parameters defined")
	}
	if !s.Rolling.Exists() {
		return nil
	}
	check := func(name, words string, allowed interval, f manifest.Field[manifest.IntOrString], def string) {
		v, where := def, s.Rolling
		if f.Set() {
			v = f.Value.String()
		} else if p.Compat() {
			v = "<nil>"
		}
		if n := s.Rolling.Get(name); n.Exists() {
			where = n
		}
		if !allowed.has(v) {
			p.Reportf(where, "object has a %s of %s but %s is required", words, v, allowed)
		}
	}
	unavailable, surge := rollingDefaults(p.Object)
	check("maxUnavailable", "max unavailable", c.unavailable, s.MaxUnavailable, unavailable)
	if s.HasSurge() {
		check("maxSurge", "max surge", c.surge, s.MaxSurge, surge)
	}
	return nil
}

// strategyType is the type of a strategy. In compat mode it is the API's default in
// today's versions alone.
func strategyType(p *lint.Pass, s *manifest.UpdateStrategy) string {
	current := "apps/v1"
	if p.Object.Kind == "DeploymentConfig" {
		current = "apps.openshift.io/v1"
	}
	if p.Compat() && p.Object.APIVersion != current {
		return s.Type.Value
	}
	return s.TypeInForce()
}

// strategyNode is the node below a strategy, or the nearest one to it that is there.
func strategyNode(s *manifest.UpdateStrategy, path ...string) *manifest.Node {
	return nearest(s.Object.Node, append([]string{"spec", s.Field}, path...)...)
}

// rollingDefaults are what the API server puts for parameters of a rolling update
// that are left out.
func rollingDefaults(o *manifest.Object) (unavailable, surge string) {
	switch {
	case o.Kind == "DaemonSet":
		return "1", "0"
	case o.Kind == "StatefulSet":
		return "1", ""
	case o.Group == "extensions":
		return "1", "1"
	}
	return "25%", "25%"
}

// A bound is a number, or a percentage.
type bound struct {
	text    string // as it is written, empty where there is none
	value   int
	percent bool
}

// newBound reads a bound.
func newBound(text string) (bound, error) {
	if text == "" {
		return bound{}, nil
	}
	number, percent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return bound{}, fmt.Errorf("%s is neither a number nor a percentage", text)
	case n < 0 || percent && n > 100:
		return bound{}, fmt.Errorf("%s is out of range", text)
	}
	return bound{text, n, percent}, nil
}

// An interval is what a value has to be in.
type interval struct{ min, max bound }

func newInterval(name, lowest, highest string) (interval, error) {
	low, lowErr := newBound(lowest)
	if lowErr != nil {
		lowErr = fmt.Errorf("invalid Min%s: %w", name, lowErr)
	}
	high, highErr := newBound(highest)
	if highErr != nil {
		highErr = fmt.Errorf("invalid Max%s: %w", name, highErr)
	}
	return interval{low, high}, errors.Join(lowErr, highErr)
}

func (i interval) bounded() bool { return i.min.text != "" || i.max.text != "" }

// has reports whether a value is in i. A percentage is not in an interval of
// numbers, nor a number in one of percentages.
func (i interval) has(text string) bool {
	if !i.bounded() {
		return true
	}
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.Atoi(number)
	return err == nil &&
		(i.min.text == "" || percent == i.min.percent && v >= i.min.value) &&
		(i.max.text == "" || percent == i.max.percent && v <= i.max.value)
}

// String is i for messages.
func (i interval) String() string {
	var texts []string
	if i.min.text != "" {
		texts = append(texts, "at least "+i.min.text)
	}
	if i.max.text != "" {
		texts = append(texts, "no more than "+i.max.text)
	}
	return strings.Join(texts, " and ")
}

package rules

import (
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
	s, ok := newStrategy(p)
	if !ok {
		return nil
	}
	if !c.pattern.MatchString(s.typ) {
		typ := s.typ
		if typ == "" {
			typ = "no"
		}
		p.Reportf(s.at("type"), "object has %s strategy type but must match regex %s", typ, c.pattern)
	}
	if !p.Compat() && s.typ != "RollingUpdate" && s.typ != "Rolling" {
		return nil
	}
	if c.rolling && !s.params.Exists() {
		p.Reportf(s.at(), "object has no rolling update parameters defined")
	}
	if !s.params.Exists() {
		return nil
	}
	if v := s.value(p, "maxUnavailable"); !c.unavailable.has(v) {
		p.Reportf(s.parameter("maxUnavailable"), "object has a max unavailable of %s but %s is required", v, c.unavailable)
	}
	if v := s.value(p, "maxSurge"); s.surges && !c.surge.has(v) {
		p.Reportf(s.parameter("maxSurge"), "object has a max surge of %s but %s is required", v, c.surge)
	}
	return nil
}

// A strategy is how a workload is updated.
type strategy struct {
	object *manifest.Object
	path   string // of its node below spec
	typ    string // with the API's default, as far as is known
	params *manifest.Node
	surges bool // there is a maxSurge
}

// newStrategy reads the strategy of the object that p looks at; ok is false for
// kinds that have none.
func newStrategy(p *lint.Pass) (s strategy, ok bool) {
	o := p.Object
	s = strategy{object: o, path: "strategy", surges: true}
	def, params, current := "RollingUpdate", "rollingUpdate", "apps/v1"
	switch o.Kind {
	case "Deployment":
	case "DaemonSet":
		s.path = "updateStrategy"
		if o.Group == "extensions" {
			def = "OnDelete"
		}
	case "StatefulSet":
		s.path, s.surges = "updateStrategy", false
		if o.Version == "v1beta1" {
			def = "OnDelete"
		}
	case "DeploymentConfig":
		def, params, current = "Rolling", "rollingParams", "apps.openshift.io/v1"
	default:
		return s, false
	}
	if p.Compat() && o.APIVersion != current {
		def = ""
	}
	s.typ = o.Node.StringAt("spec", s.path, "type").Value
	if s.typ == "" {
		s.typ = def
	}
	s.params = o.Get("spec", s.path, params)
	return s, o.IsWorkload()
}

// at is the node below the strategy, or the nearest one to it that is there.
func (s strategy) at(path ...string) *manifest.Node {
	return nearest(s.object.Node, append([]string{"spec", s.path}, path...)...)
}

// parameter is where a parameter of the rolling update stands, or would.
func (s strategy) parameter(name string) *manifest.Node {
	if n := s.params.Get(name); n.Exists() {
		return n
	}
	return s.params
}

// value is a parameter of the rolling update, with the API's default but for compat
// mode.
func (s strategy) value(p *lint.Pass, name string) string {
	if f := s.params.IntOrStringAt(name); f.Set() {
		if f.Value.IsString {
			return f.Value.Str
		}
		return strconv.FormatInt(f.Value.Int, 10)
	}
	switch {
	case p.Compat():
		return "<nil>"
	case s.object.Kind == "DaemonSet" && name == "maxSurge":
		return "0"
	case s.path == "updateStrategy", s.object.Group == "extensions":
		return "1"
	}
	return "25%"
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

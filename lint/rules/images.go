package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func imageRules() []*lint.Rule { return []*lint.Rule{latestTag()} }

func imageTemplates() []lint.Template {
	return []lint.Template{latestTagTemplate(), imagePullPolicyTemplate()}
}

func imageDifferences() []Difference {
	return []Difference{{
		Rule:       "image-pull-policy",
		KubeLinter: "takes a policy that is left out as none at all",
		Plimsoll:   "takes it as what the API server makes of it: Always for an image without a tag or with latest, else IfNotPresent",
		Reason:     "the pod runs with that policy",
	}}
}

// latestTag reports images whose tag moves.
func latestTag() *lint.Rule {
	return made(latestTagTemplate(), map[string]any{
		"blockList": []string{".*:(latest)$", "^[^:]*$", "(.*/[^:]+)$"},
	}, lint.Rule{
		Name:        "latest-tag",
		Aliases:     []string{"KSV-0013"},
		Title:       "Image with the tag latest or none",
		Doc:         "Reports containers whose image has the tag latest, or no tag and no digest. What such a name stands for changes without a change of the manifest: two pods of one workload may run different code, and there is no way back to what ran yesterday.",
		Remediation: "Name the version by its tag, or the image by its digest.",
		Severity:    severity.Medium,
		Default:     true,
	})
}

type latestTagParams struct {
	BlockList []string `yaml:"blockList" doc:"regular expressions; an image that one of them matches is reported" regexp:""`
	AllowList []string `yaml:"allowList" doc:"regular expressions; an image that none of them matches is reported" regexp:""`
}

func latestTagTemplate() lint.Template {
	const doc = "Reports containers whose image a list of names blocks, or does not allow."
	return lint.NewTemplate("latest-tag", doc, latestTagParams{}, func(params latestTagParams) (*lint.Rule, error) {
		blocked, err := compileAll(params.BlockList)
		if err != nil {
			return nil, err
		}
		allowed, err := compileAll(params.AllowList)
		if err != nil {
			return nil, err
		}
		if len(blocked) > 0 && len(allowed) > 0 {
			return nil, errors.New("blockList and allowList exclude each other")
		}
		matches := func(list []*regexp.Regexp, image string) bool {
			return slices.ContainsFunc(list, func(re *regexp.Regexp) bool { return re.MatchString(image) })
		}
		notBlocked := fmt.Sprintf("are not blocked by the `BlockList` criteria : %q", params.BlockList)
		isAllowed := fmt.Sprintf("satisfies the `AllowList` criteria : %q", params.AllowList)
		run := func(p *lint.Pass) error {
			for c := range p.Containers() {
				image, criteria := c.Image.Value, ""
				switch {
				case matches(blocked, image):
					criteria = notBlocked
				case len(allowed) > 0 && !matches(allowed, image):
					criteria = isAllowed
				default:
					continue
				}
				where := c.Image.Node
				if where == nil {
					where = at(c)
				}
				d := lint.Diagnostic{Message: fmt.Sprintf("The container %q is using an invalid container image, %q. Please use images that %s", c.Name.Value, image, criteria)}
				if image == "" {
					d.Aliases = []string{} // there is no tag to ask for
				}
				p.ReportDiagnostic(where, d)
			}
			return nil
		}
		return &lint.Rule{Run: alsoServices(run, func(s composeService) {
			image := s.image()
			switch {
			case image.Value == "":
			case matches(blocked, image.Value):
				s.foundf(image.Node, "The service %q is using an invalid container image, %q. Please use images that %s", s.Name, image.Value, notBlocked)
			case len(allowed) > 0 && !matches(allowed, image.Value):
				s.foundf(image.Node, "The service %q is using an invalid container image, %q. Please use images that %s", s.Name, image.Value, isAllowed)
			}
		})}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Image that is not allowed")
}

func compileAll(exprs []string) ([]*regexp.Regexp, error) {
	list := make([]*regexp.Regexp, len(exprs))
	for i, expr := range exprs {
		re, err := regexp.Compile(expr)
		if err != nil {
			return nil, fmt.Errorf("invalid regex %s: %w", expr, err)
		}
		list[i] = re
	}
	return list, nil
}

type imagePullPolicyParams struct {
	Forbidden []string `yaml:"forbiddenPolicies" doc:"the policies to report" enum:"Always,IfNotPresent,Never"`
}

// imagePullPolicyTemplate makes rules about when nodes fetch an image.
func imagePullPolicyTemplate() lint.Template {
	const doc = "Reports containers whose image is pulled by a policy that is forbidden."
	return lint.NewTemplate("image-pull-policy", doc, imagePullPolicyParams{}, func(params imagePullPolicyParams) (*lint.Rule, error) {
		var left []string
		for _, policy := range []string{"Always", "IfNotPresent", "Never"} {
			if !slices.Contains(params.Forbidden, policy) {
				left = append(left, policy)
			}
		}
		run := func(p *lint.Pass) error {
			for c := range p.Containers() {
				policy, where := c.ImagePullPolicy.Value, c.ImagePullPolicy.Node
				if policy == "" && !p.Compat() {
					policy, where = defaultPullPolicy(c), at(c)
				}
				if !slices.Contains(params.Forbidden, policy) {
					continue
				}
				var fixes []lint.Fix
				if len(left) == 1 {
					fixes = []lint.Fix{lint.SetFix(c.Node, left[0], "imagePullPolicy")}
				}
				p.Report(where, fmt.Sprintf("container %q has imagePullPolicy set to %s", c.Name.Value, policy), fixes...)
			}
			return nil
		}
		return &lint.Rule{Run: run}, nil
	}).For(lint.DeploymentLike).Titled("Image pull policy that is forbidden")
}

// defaultPullPolicy is the policy of a container that names none.
// https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting
func defaultPullPolicy(c *manifest.Container) string {
	name, _, digest := strings.Cut(c.Image.Value, "@")
	tag := ""
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		tag = name[i+1:]
	}
	if tag == "latest" || tag == "" && !digest {
		return "Always"
	}
	return "IfNotPresent"
}

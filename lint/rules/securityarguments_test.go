package rules

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
)

// TestSecurityArgumentErrors gives templates arguments that they do not take.
func TestSecurityArgumentErrors(t *testing.T) {
	t.Parallel()
	list := func(s ...string) []string { return s }
	for _, row := range []struct {
		template lint.Template
		args     map[string]any
		want     string
	}{
		{capabilitiesTemplate(), map[string]any{"forbiddenCapabilities": list("all", "KILL")}, "holds all and others"},
		{capabilitiesTemplate(), map[string]any{"forbiddenCapabilities": list("KILL"), "exceptions": list("CHOWN")}, "exceptions are for"},
		{capabilitiesTemplate(), map[string]any{"forbiddenCapabilities": list("All"), "exceptions": list("ALL")}, "exceptions holds all"},
		{capabilitiesTemplate(), map[string]any{"forbiddenCapabilities": list("all"), "exceptions": list("(")}, "exceptions: invalid regex ("},
		{capabilitiesTemplate(), map[string]any{"forbiddenCapabilities": list("(")}, "forbiddenCapabilities: invalid regex ("},
		{capabilitiesTemplate(), map[string]any{"forbiddenCapabilities": "all"}, "want array of strings"},
		{hostMountsTemplate(), map[string]any{"dirs": list("[")}, "invalid regex ["},
		{envVarTemplate(), nil, "required param name not found"},
		{envVarTemplate(), map[string]any{"name": "("}, "name: invalid regex ("},
		{envVarTemplate(), map[string]any{"name": "x", "value": "!("}, "value: invalid regex !("},
		{envValueFromTemplate(), map[string]any{"ignoredSecrets": list("(")}, "invalid regex ("},
		{envValueFromTemplate(), map[string]any{"ignoredConfigMaps": list("(")}, "invalid regex ("},
		{portsTemplate(), map[string]any{"protocol": "("}, "protocol: invalid regex ("},
		{portsTemplate(), map[string]any{"port": "22"}, "want integer, got string"},
		{serviceAccountTemplate(), nil, "required param serviceAccount not found"},
		{serviceAccountTemplate(), map[string]any{"serviceAccount": "("}, "serviceAccount: invalid regex ("},
		{accessToResourcesTemplate(), map[string]any{"resources": list("(")}, "invalid regex ("},
		{accessToResourcesTemplate(), map[string]any{"verbs": list("(")}, "invalid regex ("},
		{privilegedTemplate(), map[string]any{"rank": 1}, "has invalid keys: rank"},
	} {
		if _, err := row.template.With(row.args); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s with %v: got error %v, want one that has %q", row.template.Name, row.args, err, row.want)
		}
	}
}

package analyze

import (
	"encoding/json"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// proStatusPath is where Ubuntu's client of Ubuntu Pro, once called Advantage,
// notes which services the system is subscribed to.
const proStatusPath = "var/lib/ubuntu-advantage/status.json"

// proStatus reads whether esm-infra is enabled, which brings fixes to the
// distribution's packages for five years more.
func proStatus(f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	var status struct {
		Services []struct {
			Name   string `json:"name"`
			Status string `json:"status"`
		} `json:"services"`
	}
	if err := json.Unmarshal(text, &status); err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	for _, s := range status.Services {
		if s.Name == "esm-infra" && s.Status == "enabled" {
			return artifact.Facts{OS: &vuln.OS{Family: vuln.Ubuntu, Extended: true}}, nil
		}
	}
	return artifact.Facts{}, nil
}

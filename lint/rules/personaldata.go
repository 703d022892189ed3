package rules

import (
	"regexp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func configMapPersonalData() *lint.Rule {
	data := newPersonalData()
	return &lint.Rule{
		Name:        "configmap-personal-data",
		Aliases:     []string{"KSV-01010"},
		Title:       "Personal data in a ConfigMap",
		Doc:         "Reports entries of ConfigMaps with an e-mail address or an international bank account number in them. Those who may read ConfigMaps are many, and so are the copies.",
		Remediation: "Keep the data in a database, or in a Secret.",
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{"/ConfigMap"},
		Run: func(p *lint.Pass) error {
			for key, value := range p.Object.Get("data").Entries() {
				text, _ := value.Str()
				if found := data.find(text); found != "" {
					p.Reportf(value, "%q holds %s", key, found)
				}
			}
			return nil
		},
	}
}

// personalData finds data of a person in texts.
type personalData struct{ email, iban *regexp.Regexp }

func newPersonalData() personalData {
	return personalData{
		// Not the user of a URL or of git@host:path.
		email: regexp.MustCompile(`(?:^|[\s"'<,;=(\[])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:$|[\s"'>,;)\].])`),
		iban:  regexp.MustCompile(`\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\b`),
	}
}

// find says what of a person is in a text, empty where nothing is.
func (d personalData) find(text string) string {
	if d.email.MatchString(text) {
		return "an e-mail address"
	}
	for _, number := range d.iban.FindAllString(text, -1) {
		if isIBAN(number) {
			return "a bank account number"
		}
	}
	return ""
}

// isIBAN checks the check digits of ISO 13616: the number with its first four
// characters moved to the end, and letters as 10 to 35, leaves 1 when it is divided
// by 97.
func isIBAN(number string) bool {
	rest := 0
	for _, c := range number[4:] + number[:4] {
		if '0' <= c && c <= '9' {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	return rest == 1
}

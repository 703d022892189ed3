package rules

import "testing"

func TestLiteralSecret(t *testing.T) {
	t.Parallel()
	const random = "8f14e45fceea167a5a36"
	for _, row := range []struct {
		name, value string
		want        bool
	}{
		{"SECRET", "rudder", true},
		{"mySecretSauce", "rudder", true},
		{"secret.name", "rudder", false},
		{"KEYSTORE_PASSWORD", "changeit", true},
		{"POSTGRES_PWD", "rudder", true},
		{"PWD", random, false},
		{"OLDPWD", random, false},
		{"GITHUB_TOKEN", random, true},
		{"accessToken", random, true},
		{"AUTHTOKEN", random, true},
		{"TOKENIZER", random, false},
		{"API_TOKEN", "eight888", false},
		{"API_TOKEN", "the 1 and only token of the sea", false},
		{"STRIPE_APIKEY", random, true},
		{"API_KEY", random, true},
		{"API_KEY_ID", random, false},
		{"KEY", random, false},
		{"PARTITION_KEY", random, false},
		{"TLS_PRIVATE_KEY", "-----BEGIN EC PRIVATE KEY-----\nMHc", true},
		{"AWS_CREDENTIALS", random, true},
		{"AWS_CREDENTIALS_FILE", random, false},
		{"SECRET", "", false},
		{"SECRET", " ", false},
		{"SECRET", "False", false},
		{"SECRET", "$(OTHER)", false},
		{"SECRET", "${OTHER}", false},
		{"SECRET", "{{ .Values.secret }}", false},
		{"SECRET", "prefix-$(OTHER)", true},
		{"SECRET", "/run/secret", false},
		{"SECRET", "/9j/4AAQ==", true},
		{"SECRET", "https://ship.example/", false},
		{"SECRET", "amqp://ship:sea@ship.example/", true},
		{"", "rudder", false},
		{"__", "rudder", false},
	} {
		if got := literalSecret(row.name, row.value); got != row.want {
			t.Errorf("literalSecret(%q, %q) = %v, want %v", row.name, row.value, got, row.want)
		}
	}
}

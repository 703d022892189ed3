package rules

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// literalSecret reports whether a variable holds a secret that is written out. It
// goes by the name first: it has a word for a secret, and does not end in one for
// something about a secret. The value then has to look like one, the more so the
// less the word says.
func literalSecret(name, value string) bool {
	if value == "" || isNoSecret(value) {
		return false
	}
	words := envWords(name)
	if len(words) == 0 || slices.Contains(aboutSecrets(), words[len(words)-1]) {
		return false
	}
	for i, word := range words {
		switch {
		case containsAny(word, "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE"), word == "PWD" && len(words) > 1:
			return true
		case containsAny(word, "APIKEY", "ACCESSKEY", "PRIVATEKEY", "AUTHKEY"), strings.HasSuffix(word, "TOKEN"),
			word == "CREDENTIAL", word == "CREDENTIALS", word == "KEY" && i > 0 && slices.Contains(secretKeys(), words[i-1]):
			return isRandom(value)
		}
	}
	return false
}

// secretKeys are the words before KEY that make it a secret.
func secretKeys() []string {
	return []string{"API", "ACCESS", "PRIVATE", "AUTH", "ENCRYPTION", "SIGNING", "MASTER", "ACCOUNT", "SESSION", "LICENSE", "SSH"}
}

// aboutSecrets are the last words of variables that say something about a secret.
func aboutSecrets() []string {
	return []string{
		"ALGORITHM", "AUDIENCE", "COUNT", "DIR", "DIRECTORY", "ENABLED", "DISABLED", "ENDPOINT", "ENGINE", "EXPIRATION", "EXPIRY",
		"FIELD", "FILE", "FILENAME", "FOLDER", "HEADER", "HOST", "ID", "INTERVAL", "ISSUER", "LENGTH", "LIFETIME", "LIMIT",
		"LOCATION", "MODE", "NAME", "NAMES", "NAMESPACE", "PATH", "POLICY", "PORT", "PREFIX", "PROVIDER", "REF", "REGION",
		"SIZE", "SUFFIX", "TIMEOUT", "TTL", "TYPE", "URI", "URL", "USER", "USERNAME", "VERSION",
	}
}

func containsAny(word string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(word, part) })
}

// envWords are the words of a variable's name, in capitals: those of DB_PASSWORD,
// db.password and dbPassword are DB and PASSWORD.
func envWords(name string) []string {
	var b strings.Builder
	var last rune
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(last):
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToUpper(r))
		last = r
	}
	return strings.Fields(b.String())
}

// isNoSecret reports whether a value is something else: a reference to another
// variable, a placeholder, a truth value, a path, a URL without a password.
func isNoSecret(value string) bool {
	v := strings.TrimSpace(value)
	switch strings.ToLower(v) {
	case "", "true", "false", "yes", "no", "on", "off", "null", "none":
		return true
	}
	for _, marks := range [...][2]string{{"$(", ")"}, {"${", "}"}, {"{{", "}}"}, {"<", ">"}} {
		if strings.HasPrefix(v, marks[0]) && strings.HasSuffix(v, marks[1]) {
			return true
		}
	}
	// Base64 may start with a slash too: a path is one of words.
	if strings.HasPrefix(v, "/") && !strings.ContainsAny(v, "+= \t\n") {
		return true
	}
	if u, err := url.Parse(v); err == nil && u.Host != "" {
		_, password := u.User.Password()
		return !password
	}
	return false
}

// isRandom reports whether a value is long enough for a key, and has letters and
// digits and nothing of a text.
func isRandom(value string) bool {
	if strings.Contains(value, "PRIVATE KEY-----") {
		return true
	}
	letters, digits := false, false
	for _, r := range value {
		switch {
		case unicode.IsSpace(r):
			return false
		case unicode.IsLetter(r):
			letters = true
		case unicode.IsDigit(r):
			digits = true
		}
	}
	return len(value) >= 16 && letters && digits
}

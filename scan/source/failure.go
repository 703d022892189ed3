package source

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// maxDetail is how many bytes of what a server says go into a message.
const maxDetail = 300

// A StatusError is an answer of a registry, or of what it sends us to, that is
// not what was asked for.
type StatusError struct {
	Repository string
	Status     int    // of HTTP
	Detail     string // what the registry adds; may be empty
}

// Error says what the status means for who wants the image.
func (e *StatusError) Error() string {
	text := statusText(e.Status)
	if e.Detail != "" {
		text += fmt.Sprintf(", %q", e.Detail)
	}
	switch {
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return fmt.Sprintf("access to %s is denied (%s)", e.Repository, text)
	case e.Status == http.StatusNotFound:
		return fmt.Sprintf("not found in %s (%s)", e.Repository, text)
	case isBusy(e.Status):
		return fmt.Sprintf("the registry answers %s, %d times", text, attempts)
	}
	return "the registry answers " + text
}

// statusText is a status for messages: "404 Not Found".
func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// responseError is the error that a response with another status stands for.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
func responseError(repo string, resp *http.Response) error {
	// A body that is not JSON has nothing for a message.
	var body struct{ Errors []transport.Diagnostic }
	if raw, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10)); err == nil {
		_ = json.Unmarshal(raw, &body)
	}
	return statusErrorOf(repo, resp.StatusCode, body.Errors)
}

// requestError is the error of a request that got no response, or none from
// whom it takes to be let in.
func requestError(repo string, err error) error {
	// HTTPS and plain HTTP may both have been tried, and a server whose
	// certificate is the trouble has its own answer to plain HTTP.
	if untrusted := (*tls.CertificateVerificationError)(nil); errors.As(err, &untrusted) {
		return clean(err)
	}
	if answer := (*transport.Error)(nil); errors.As(err, &answer) {
		return statusErrorOf(repo, answer.StatusCode, answer.Errors)
	}
	return clean(err)
}

func statusErrorOf(repo string, status int, said []transport.Diagnostic) error {
	e := &StatusError{Repository: repo, Status: status}
	if len(said) > 0 {
		e.Detail = shorten(string(said[0].Code) + ": " + said[0].Message)
	}
	return e
}

// clean returns err with a text that can be shown: one line without the query
// strings of URLs, which hold tokens and signatures.
func clean(err error) error {
	if err == nil {
		return nil
	}
	rest, _, _ := strings.Cut(err.Error(), "\n")
	var text strings.Builder
	for rest != "" {
		before, query, found := strings.Cut(rest, "?")
		text.WriteString(before)
		if !found {
			break
		}
		text.WriteString("?…")
		end := strings.IndexAny(query, "\" ")
		if end < 0 {
			break
		}
		rest = query[end:]
	}
	return &cleanError{shorten(text.String()), err}
}

// A cleanError is an error with another text.
type cleanError struct {
	text string
	err  error
}

func (e *cleanError) Error() string { return e.text }
func (e *cleanError) Unwrap() error { return e.err }

// shorten cuts s to what a message can hold.
func shorten(s string) string {
	if len(s) <= maxDetail {
		return s
	}
	return strings.ToValidUTF8(s[:maxDetail], "") + "…"
}

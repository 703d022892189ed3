package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/score"
)

// ask is the answer of a webhook to a request.
func ask(h http.Handler, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
	return w
}

func read(tb testing.TB, name string) string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	deployment, pod := read(t, "deployment.json"), read(t, "pod.json")
	bare := func(kind, object string) string {
		return `{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "7", "namespace": "port", "name": "x", "kind": {"kind": "` + kind + `"}, "object": ` + object + `}}`
	}
	mistyped := bare("Pod", `{"apiVersion": "v1", "kind": "Pod", "spec": {"hostNetwork": "yes", "containers": [{"name": "web"}]}}`)
	for _, row := range []struct {
		name, body string
		min        int
		open       bool
		denied     string // how the message starts; empty: admitted
		warned     string
	}{
		{"low", deployment, 0, false, "Deployment port/harbour has a score of -34 and needs 0: Privileged (-30) in container web, AllowPrivilegeEscalation (-7) in container web", ""},
		{"as low as it may be", deployment, -40, false, "", ""},
		{"high", pod, 19, false, "", ""},
		{"not high enough", pod, 20, false, "Pod port/(not named yet) has a score of 19 and needs 20", ""},
		{"no rules for it", bare("ConfigMap", `{"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}`), 5, false, "", ""},
		{"deleted", bare("Pod", "null"), 5, false, "", ""},
		{"mistyped", mistyped, -100, false, "Pod port/x cannot be scored: object:1:", ""},
		{"mistyped, open", mistyped, -100, true, "", "Pod port/x is admitted without a score: object:1:"},
		{"no object", bare("Pod", `"cargo"`), -100, false, "Pod port/x cannot be scored: object:1:1: not a Kubernetes object", ""},
		{"no object, open", bare("Pod", `"cargo"`), 5, true, "", "Pod port/x is admitted without a score"},
		{"empty list", bare("PodList", `{"apiVersion": "v1", "kind": "PodList", "items": []}`), 5, false, "PodList port/x cannot be scored: 0 objects, want 1", ""},
		{"low, open", deployment, 0, true, "Deployment port/harbour has a score of ", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := ask(webhook{score.Options{MinScore: row.min}, row.open}, row.body)
			var asked, got review
			if err := json.Unmarshal([]byte(row.body), &asked); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || got.Response == nil {
				t.Fatalf("status %d, %v, body %s, want 200 and a response", w.Code, err, w.Body)
			}
			if got.APIVersion != "admission.k8s.io/v1" || got.Kind != "AdmissionReview" || got.Response.UID != asked.Request.UID {
				t.Errorf("%s %s for %q, want a review for %q", got.APIVersion, got.Kind, got.Response.UID, asked.Request.UID)
			}
			message, warned := "", strings.Join(got.Response.Warnings, "; ")
			if got.Response.Status != nil {
				message = got.Response.Status.Message
			}
			if got.Response.Allowed != (row.denied == "") || !strings.HasPrefix(message, row.denied) || (message == "") != (row.denied == "") {
				t.Errorf("allowed %t, message %q, want %q", got.Response.Allowed, message, row.denied)
			}
			if !strings.HasPrefix(warned, row.warned) || (warned == "") != (row.warned == "") {
				t.Errorf("warnings %q, want %q", warned, row.warned)
			}
		})
	}
}

// An admission is three fields, as the API server wants them.
func TestWebhookJSON(t *testing.T) {
	t.Parallel()
	const want = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"c1a0d3a4-7c5d-4a51-bd8d-53d8d0f2f6aa","allowed":true}}` + "\n"
	if diff := cmp.Diff(want, ask(webhook{}, read(t, "pod.json")).Body.String()); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestWebhookRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, body string
		want       int
	}{
		{"empty", "", 400},
		{"no JSON", "kind: Pod\n", 400},
		{"another version", `{"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview", "request": {"uid": "7"}}`, 400},
		{"no request", `{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}`, 400},
		{"no uid", `{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {}}`, 400},
		{"too long", strings.Repeat(" ", most+1), 413},
	} {
		for _, open := range []bool{false, true} { // what to do then is not for the webhook to say
			if w := ask(webhook{open: open}, row.body); w.Code != row.want {
				t.Errorf("%s, open %t: status %d, want %d", row.name, open, w.Code, row.want)
			}
		}
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	pair := httptest.NewTLSServer(nil) // for its certificate
	defer pair.Close()
	key, err := x509.MarshalPKCS8PrivateKey(pair.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certFile, keyFile := file("tls.crt", "CERTIFICATE", pair.Certificate().Raw), file("tls.key", "PRIVATE KEY", key)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- serve(ctx, l, webhook{}, certFile, keyFile) }()
	client := pair.Client()
	resp, err := client.Post("https://"+l.Addr().String(), "application/json", strings.NewReader(read(t, "pod.json")))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil || !strings.Contains(body.String(), `"allowed":true`) {
		t.Errorf("answer %q, %v, want an admission", &body, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("serve() = %v, want no error", err)
	}
}

func FuzzWebhook(f *testing.F) {
	f.Add(read(f, "pod.json"), true)
	f.Add(read(f, "deployment.json"), false)
	f.Fuzz(func(t *testing.T, body string, open bool) {
		w := ask(webhook{open: open}, body)
		if w.Code == http.StatusBadRequest {
			return
		}
		var got review
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || got.Response == nil || got.Response.UID == "" {
			t.Fatalf("status %d, %v, body %s, want a response", w.Code, err, w.Body)
		}
		if !got.Response.Allowed && (open && strings.Contains(got.Response.Status.Message, "cannot be scored") || got.Response.Status.Message == "") {
			t.Errorf("open %t, denied with %q", open, got.Response.Status.Message)
		}
	})
}

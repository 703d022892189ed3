package source

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func TestRegistryTarget(t *testing.T) {
	t.Parallel()
	l := startLoopback(t, nil)
	built := l.push(t, "1", smallImage("amd64"))
	repo := l.host + "/app"
	digest := built.Descriptor.Digest
	want := artifact.Target{
		Kind:        artifact.KindImage,
		Name:        repo + ":1",
		Reference:   repo + ":1",
		RepoTags:    []string{repo + ":1"},
		RepoDigests: []string{repo + "@" + digest},
		ImageID:     artifact.Digest(imagetest.Digest(built.Config)),
		Digest:      artifact.Digest(digest),
		Platform:    "linux/amd64",
		Config:      built.Config,
	}
	byDigest := want
	byDigest.Name, byDigest.Reference, byDigest.RepoTags = repo+"@"+digest, repo+"@"+digest, nil
	both := byDigest
	both.Name = repo + ":1@" + digest

	for _, want := range []artifact.Target{want, byDigest, both} {
		t.Run(strings.TrimPrefix(want.Name, l.host), func(t *testing.T) {
			art := openLoopback(t, want.Name, Options{})
			if diff := cmp.Diff(want, art.Target()); diff != "" {
				t.Errorf("Target() (-want +got):\n%s", diff)
			}
			wantFiles := []map[string]string{{"etc/arch": "amd64"}, {"etc/more": "more"}}
			var files []map[string]string
			for i, layer := range art.Layers() {
				got, err := layerFiles(layer)
				if err != nil {
					t.Errorf("walk layer %d: %v", i, err)
				}
				files = append(files, got)
				wantInfo := artifact.LayerInfo{
					Digest: artifact.Digest(built.Layers[i].Digest), DiffID: artifact.DiffID(built.Layers[i].DiffID),
					Size: int64(len(built.Layers[i].Blob)), CreatedBy: fmt.Sprintf("step %d", i),
				}
				if diff := cmp.Diff(wantInfo, layer.Info()); diff != "" {
					t.Errorf("layer %d: Info() (-want +got):\n%s", i, diff)
				}
			}
			if diff := cmp.Diff(wantFiles, files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRegistryDefaultTag(t *testing.T) {
	t.Parallel()
	l := startLoopback(t, nil)
	l.push(t, "latest", smallImage("amd64"))
	got := openLoopback(t, l.host+"/app", Options{}).Target()
	if want := l.host + "/app:latest"; got.Reference != want || got.Name != l.host+"/app" {
		t.Errorf("Open(app) is of %q, named %q; want of %q, named as given", got.Reference, got.Name, want)
	}
}

func TestRegistryReferences(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ ref, full, familiar string }{
		{"nginx:1.18", "index.docker.io/library/nginx:1.18", "nginx"},
		{"docker.io/bitnami/redis", "index.docker.io/bitnami/redis:latest", "bitnami/redis"},
		{"example.com/library/app:2", "example.com/library/app:2", "example.com/library/app"},
	} {
		r, _ := quickRegistry(t, tt.ref, Options{})
		if got := r.ref.Name(); got != tt.full {
			t.Errorf("Registry(%q) is of %q, want %q", tt.ref, got, tt.full)
		}
		if got := familiar(r.ref.Context()); got != tt.familiar {
			t.Errorf("familiar(%q) = %q, want %q", tt.full, got, tt.familiar)
		}
		if got := fmt.Sprint(r); got != tt.ref {
			t.Errorf("String() = %q, want %q", got, tt.ref)
		}
	}
	for _, ref := range []string{"", "UPPER/case", "app@sha256:12", "a b"} {
		src, err := Registry(ref, Options{})
		checkMessage(t, fmt.Sprintf("Registry(%q) = %v", ref, src), err, "parse image reference")
	}
}

func TestRegistryIndex(t *testing.T) {
	t.Parallel()
	l := startLoopback(t, nil)
	amd := l.push(t, "amd64", smallImage("amd64"))
	arm := l.push(t, "arm64", smallImage("arm64"))
	attestation := l.push(t, "attestation", imagetest.Image{OS: "unknown", Architecture: "unknown",
		Annotations: map[string]string{"vnd.docker.reference.type": "attestation-manifest"}})
	index := imagetest.NewIndex(attestation.Descriptor, amd.Descriptor, arm.Descriptor)
	l.pushManifest(t, "multi", imagetest.TypeIndex, index)
	gone := imagetest.NewIndex(imagetest.Image{Architecture: "s390x"}.Build().Descriptor)
	l.pushManifest(t, "gone", "application/octet-stream", gone)

	for ref, id := range map[string]string{"app:multi": "app:multi", "digest": "app@" + imagetest.Digest(index)} {
		t.Run(ref, func(t *testing.T) {
			got := openLoopback(t, l.host+"/"+id, Options{Platform: "linux/arm64"}).Target()
			if got.Platform != "linux/arm64" || string(got.Digest) != arm.Descriptor.Digest {
				t.Errorf("Open(%s) for linux/arm64 is %s, %s; want %s", id, got.Platform, got.Digest, arm.Descriptor.Digest)
			}
			// The name that others can pull is the one for all platforms.
			want := []string{l.host + "/app@" + imagetest.Digest(index)}
			if diff := cmp.Diff(want, got.RepoDigests); diff != "" {
				t.Errorf("RepoDigests (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("no such platform", func(t *testing.T) {
		err := openError(t, l.host+"/app:multi", Options{Platform: "linux/riscv64"})
		checkMessage(t, "Open", err, "fetch manifest of "+l.host+"/app:multi: ", "linux/riscv64", "linux/amd64, linux/arm64")
		if strings.Contains(err.Error(), "unknown") {
			t.Errorf("Open: error %q lists the attestation", err)
		}
	})
	t.Run("single image of another platform", func(t *testing.T) {
		err := openError(t, l.host+"/app:amd64", Options{Platform: "linux/arm64"})
		checkMessage(t, "Open", err, "read image "+l.host+"/app:amd64: ", "linux/amd64", "linux/arm64")
	})
	t.Run("manifest missing", func(t *testing.T) {
		err := openError(t, l.host+"/app:gone", Options{Platform: "linux/s390x"})
		checkMessage(t, "Open", err, "fetch manifest of "+l.host+"/app:gone: ", "not found", "404")
	})
}

// A testKeychain has credentials for one repository.
type testKeychain struct{ repo, user, password string }

func (k testKeychain) Resolve(r authn.Resource) (authn.Authenticator, error) {
	if r.String() != k.repo {
		return nil, fmt.Errorf("asked for %s, want %s", r, k.repo)
	}
	return &authn.Basic{Username: k.user, Password: k.password}, nil
}

// basicFront lets in who knows the password.
func basicFront(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if user, password, _ := r.BasicAuth(); user != "ann" || password != "sesame" {
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"errors":[{"code":"UNAUTHORIZED","message":"who are you"}]}`)
		return
	}
	next.ServeHTTP(w, r)
}

// tokenFront gives a token to who knows the password, and lets in who has it.
// A token is good for uses requests.
// https://distribution.github.io/distribution/spec/auth/token/
func tokenFront(uses int64) func(http.ResponseWriter, *http.Request, http.Handler) {
	var issued, used atomic.Int64
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/token" {
			if user, password, _ := r.BasicAuth(); user != "ann" || password != "sesame" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			if scope := r.URL.Query().Get("scope"); scope != "repository:app:pull" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			used.Store(0)
			fmt.Fprintf(w, `{"token":"t%d"}`, issued.Add(1))
			return
		}
		if r.Header.Get("Authorization") != fmt.Sprintf("Bearer t%d", issued.Load()) || used.Add(1) > uses {
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="http://%s/token",service="test"`, r.Host))
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}
}

func TestRegistryCredentials(t *testing.T) {
	t.Parallel()
	for name, front := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"basic":         basicFront,
		"token":         tokenFront(100),
		"expired token": tokenFront(1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := startLoopback(t, front)
			l.push(t, "1", smallImage("amd64"))
			ref, repo := l.host+"/app:1", l.host+"/app"

			art := openLoopback(t, ref, Options{Keychain: testKeychain{repo, "ann", "sesame"}})
			for _, layer := range art.Layers() {
				if _, err := layerFiles(layer); err != nil {
					t.Errorf("walk with credentials: %v", err)
				}
			}

			err := openError(t, ref, Options{Keychain: testKeychain{repo, "ann", "wrong-password"}})
			checkMessage(t, "Open with a wrong password", err, "fetch manifest of "+ref+": access to "+repo+" is denied (401 Unauthorized")
			if strings.Contains(err.Error(), "wrong-password") {
				t.Errorf("Open with a wrong password: error %q shows it", err)
			}
			err = openError(t, ref, Options{})
			checkMessage(t, "Open without credentials", err, "access to "+repo+" is denied")

			err = openError(t, ref, Options{Keychain: testKeychain{"elsewhere", "ann", "sesame"}})
			checkMessage(t, "Open with a broken keychain", err, "find credentials for "+repo+": asked for")
		})
	}
}

func TestRegistryTransport(t *testing.T) {
	t.Parallel()
	l := startLoopback(t, nil)
	l.push(t, "1", smallImage("amd64"))
	own := newTransport(false)
	t.Cleanup(own.CloseIdleConnections)
	count := &countingTransport{next: own.RoundTrip}
	art := openLoopback(t, l.host+"/app:1", Options{Transport: count})
	opened := count.requests.Load()
	if _, err := layerFiles(art.Layers()[0]); err != nil {
		t.Fatal(err)
	}
	if opened == 0 || count.requests.Load() != opened+1 {
		t.Errorf("%d requests to open and %d in all went through Options.Transport, want some and one more", opened, count.requests.Load())
	}
	art.Close()
	if n := count.closed.Load(); n != 0 {
		t.Errorf("Close closed the connections of the caller's transport %d times", n)
	}
}

func TestRegistryInsecure(t *testing.T) {
	t.Parallel()
	t.Run("plain HTTP", func(t *testing.T) {
		t.Parallel()
		l := startLoopback(t, nil)
		l.push(t, "1", smallImage("amd64"))
		own := newTransport(false)
		t.Cleanup(own.CloseIdleConnections)
		// The registry stands at a private address and at a public name, and
		// nobody answers there with HTTPS.
		var plain atomic.Int64
		here := &countingTransport{next: func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme == "https" {
				return nil, errors.New("nobody listens")
			}
			plain.Add(1)
			r = r.Clone(r.Context())
			r.URL.Host = l.host
			return own.RoundTrip(r)
		}}
		for _, host := range []string{"10.1.2.3:5000", "registry.example"} {
			err := openError(t, host+"/app:1", Options{Transport: here})
			checkMessage(t, "Open", err, "nobody listens")
			if n := plain.Load(); n != 0 {
				t.Errorf("Open(%s) sent %d requests by plain HTTP", host, n)
			}
			openLoopback(t, host+"/app:1", Options{Transport: here, Insecure: true})
			if plain.Swap(0) == 0 {
				t.Errorf("Open(%s) with Insecure sent no request by plain HTTP", host)
			}
		}
	})
	t.Run("certificate", func(t *testing.T) {
		t.Parallel()
		l := startLoopback(t, nil)
		l.push(t, "1", smallImage("amd64"))
		secure := httptest.NewUnstartedServer(l.handler)
		secure.Config.ErrorLog = log.New(io.Discard, "", 0)
		secure.StartTLS()
		t.Cleanup(secure.Close)
		ref := secure.Listener.Addr().String() + "/app:1"
		checkMessage(t, "Open", openError(t, ref, Options{}), "certificate")
		openLoopback(t, ref, Options{Insecure: true})
	})
	if newTransport(true); http.DefaultTransport.(*http.Transport).TLSClientConfig != nil &&
		http.DefaultTransport.(*http.Transport).TLSClientConfig.InsecureSkipVerify {
		t.Error("newTransport(true) changed http.DefaultTransport")
	}
}

func TestRegistryRedirect(t *testing.T) {
	t.Parallel()
	image := smallImage("amd64")
	built := image.Build()
	blob := built.Layers[0]
	for name, store := range map[string]http.HandlerFunc{
		"sends":   func(w http.ResponseWriter, r *http.Request) { w.Write(blob.Blob) },
		"refuses": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"hangs up": func(w http.ResponseWriter, r *http.Request) {
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var leaked atomic.Bool
			storage := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "" {
					leaked.Store(true)
				}
				store(w, r)
			}))
			storage.Config.ErrorLog = log.New(io.Discard, "", 0)
			storage.Start()
			t.Cleanup(storage.Close)
			l := startLoopback(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if strings.HasSuffix(r.URL.Path, blob.Digest) {
					next = http.RedirectHandler(storage.URL+"/b?signature=hush", http.StatusTemporaryRedirect)
				}
				basicFront(w, r, next)
			})
			l.push(t, "1", image)
			art := openLoopback(t, l.host+"/app:1", Options{Keychain: testKeychain{l.host + "/app", "ann", "sesame"}})
			_, err := layerFiles(art.Layers()[0])
			if name == "sends" && err != nil {
				t.Errorf("Walk: %v", err)
			}
			if name != "sends" && (err == nil || strings.Contains(err.Error(), "hush")) {
				t.Errorf("Walk: error %v, want one without the signature", err)
			}
			if leaked.Load() {
				t.Error("the credentials of the registry were sent to another host")
			}
		})
	}
}

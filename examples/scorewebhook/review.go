package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/score"
)

// A review is an AdmissionReview of admission.k8s.io/v1, as much of it as matters
// here. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
type review struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Request    *request  `json:"request,omitempty"`
	Response   *response `json:"response,omitempty"`
}

type request struct {
	UID       string `json:"uid"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Kind      struct {
		Kind string `json:"kind"`
	} `json:"kind"`
	Object json.RawMessage `json:"object"` // null where something is deleted
}

type response struct {
	UID      string   `json:"uid"`
	Allowed  bool     `json:"allowed"`
	Status   *status  `json:"status,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

type status struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// A webhook is an [http.Handler] that admits objects by their score.
type webhook struct {
	opts score.Options // MinScore is what an object needs
	open bool          // admit what cannot be scored, with a warning
}

// most bounds a request: the API server takes objects of 3 MiB, and may send two.
const most = 8 << 20

// ServeHTTP answers a review. What is none is answered with 400, and the failurePolicy
// of the webhook's configuration decides then.
func (h webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if errors.As(err, new(*http.MaxBytesError)) {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	var asked review
	if err == nil {
		err = json.Unmarshal(body, &asked)
	}
	if err == nil && (asked.APIVersion != "admission.k8s.io/v1" || asked.Kind != "AdmissionReview" || asked.Request == nil || asked.Request.UID == "") {
		err = errors.New("not a request of admission.k8s.io/v1")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(review{APIVersion: asked.APIVersion, Kind: asked.Kind, Response: h.judge(asked.Request)})
}

// judge decides on a request.
func (h webhook) judge(r *request) *response {
	allowed := &response{UID: r.UID, Allowed: true}
	if len(r.Object) == 0 || string(r.Object) == "null" {
		return allowed
	}
	results, problems := score.Read("object", r.Object, h.opts)
	var unscored []error
	for _, p := range problems {
		unscored = append(unscored, p)
	}
	for _, s := range results {
		if s.Err != nil {
			unscored = append(unscored, s.Err)
		}
		for _, p := range s.Problems {
			unscored = append(unscored, p)
		}
	}
	if len(unscored) == 0 && len(results) != 1 {
		unscored = append(unscored, fmt.Errorf("%d objects, want 1", len(results)))
	}
	name := fmt.Sprintf("%s %s/%s", r.Kind.Kind, r.Namespace, cmp.Or(r.Name, "(not named yet)"))
	switch err := errors.Join(unscored...); {
	case err != nil && h.open:
		allowed.Warnings = []string{fmt.Sprintf("%s is admitted without a score: %v", name, err)}
		return allowed
	case err != nil:
		return denied(r, fmt.Sprintf("%s cannot be scored: %v", name, err))
	case results[0].Failed():
		return denied(r, fmt.Sprintf("%s has a score of %d and needs %d: %s", name, results[0].Score, h.opts.MinScore, worst(&results[0])))
	}
	return allowed
}

func denied(r *request, message string) *response {
	return &response{UID: r.UID, Status: &status{Code: http.StatusForbidden, Message: message}}
}

// worst names the five items that cost most, what was taken before what was not given.
func worst(r *score.Result) string {
	items := slices.Concat(r.Critical, r.Advise)
	var list []string
	for _, item := range items[:min(len(items), 5)] {
		text := fmt.Sprintf("%s (%+d)", item.ID, item.Points)
		if len(item.Places) > 0 && item.Places[0].Container != "" {
			text += " in container " + item.Places[0].Container
		}
		list = append(list, text)
	}
	if more := len(items) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

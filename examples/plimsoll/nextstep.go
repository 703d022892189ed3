package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"syscall"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/scan/source/daemon"
)

// nextStep is what a person can do about err, as the end of its message; "" where
// that is not known, or err says it.
func nextStep(err error) string {
	step := ""
	var answer *transport.Error
	var untrusted *tls.CertificateVerificationError
	var host *net.DNSError
	var image *source.StatusError
	switch {
	case errors.As(err, &image) && image.Status == http.StatusNotFound:
		step = "check the name and the tag; a file is given with --input, an image of an engine with --image-src docker"
	case errors.As(err, &image):
		step = afterAnswer(image.Status)
	case errors.As(err, &answer):
		step = afterAnswer(answer.StatusCode)
	case errors.As(err, &untrusted):
		step = "trust the certificate's issuer on this machine, or pass --insecure"
	case errors.As(err, &host):
		step = "check the name of the host, and the network"
	case errors.Is(err, syscall.ENOSPC):
		step = "make room, or choose another disk with --cache-dir and TMPDIR"
	case errors.Is(err, daemon.ErrNotFound):
		step = "pull the image first, or leave --image-src out to ask the registry"
	case errors.Is(err, artifact.ErrTotal):
		step = "if the image may be that large, raise --max-image-size"
	case errors.Is(err, context.DeadlineExceeded):
		step = "if --timeout is too short, give it more; --debug says where the time goes"
	case errors.Is(err, fs.ErrPermission):
		step = "check who may read and write there"
	}
	if step == "" {
		return ""
	}
	return " (" + step + ")"
}

// afterAnswer is what to do about a registry's answer.
func afterAnswer(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "if the name is right, log in with docker login, or pass --username and PLIMSOLL_PASSWORD"
	case http.StatusNotFound:
		return "check the name and the tag"
	case http.StatusTooManyRequests:
		return "the registry wants fewer requests: log in, or wait"
	}
	if status >= http.StatusInternalServerError {
		return "the registry is at fault: try again later"
	}
	return ""
}

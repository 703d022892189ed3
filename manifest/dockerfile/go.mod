module github.com/plimsoll-go/plimsoll/manifest/dockerfile

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/moby/buildkit v0.31.0
	github.com/plimsoll-go/plimsoll v0.0.0
	mvdan.cc/sh/v3 v3.14.1
)

require (
	github.com/containerd/typeurl/v2 v2.3.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/planetscale/vtprotobuf v0.6.1-0.20240319094008-0393e58bdf10 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace github.com/plimsoll-go/plimsoll => ../..

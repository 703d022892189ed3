//go:build ignore

// Command startup runs a command and prints what its start costs: the sum of
// the clock times of all package initializers, and the most memory that was
// resident. It fails when either is above its limit. The command's exit code
// does not matter.
//
//	go run .ci/startup.go -ms 50 -mib 45 COMMAND ARGUMENT...
//
// Linux only: elsewhere Maxrss is not in KiB.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// runs is how often the command is run. The least figures count: what else the
// machine does can only add to them.
const runs = 5

// clockTime is in a line such as
//
//	init internal/cpu @0.1 ms, 0.02 ms clock, 0 bytes 0 allocs
//
// https://pkg.go.dev/runtime#hdr-Environment_Variables
var clockTime = regexp.MustCompile(`(?m)^init \S+ @.*?, ([0-9.]+) ms clock`)

func main() {
	maxMillis := flag.Float64("ms", 0, "the most `milliseconds` of initializers")
	maxMiB := flag.Float64("mib", 0, "the most resident memory in `MiB`")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: startup -ms N -mib N COMMAND ARGUMENT...")
		os.Exit(2)
	}
	millis, mib, err := measure(flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	name := strings.Join(append([]string{filepath.Base(flag.Arg(0))}, flag.Args()[1:]...), " ")
	fmt.Printf("%s: initializers %.1f ms of %g, peak memory %.1f MiB of %g\n", name, millis, *maxMillis, mib, *maxMiB)
	if millis > *maxMillis || mib > *maxMiB {
		os.Exit(1)
	}
}

func measure(args []string) (millis, mib float64, err error) {
	for i := range runs {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		var exit *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
			return 0, 0, err
		}
		lines := clockTime.FindAllStringSubmatch(stderr.String(), -1)
		if len(lines) == 0 {
			return 0, 0, fmt.Errorf("run %s: no trace of initializers", args[0])
		}
		sum := 0.0
		for _, line := range lines {
			n, err := strconv.ParseFloat(line[1], 64)
			if err != nil {
				return 0, 0, err
			}
			sum += n
		}
		peak := float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
		if i == 0 || sum < millis {
			millis = sum
		}
		if i == 0 || peak < mib {
			mib = peak
		}
	}
	return millis, mib, nil
}

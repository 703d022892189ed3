package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/cache"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A target is a kind of thing to scan: a command.
type target struct {
	use, short, long, example string
	image, repository         bool // it has the flags of these
	// scan scans one of the things that the command line names.
	scan func(ctx context.Context, f *scanFlags, ref string, opts scan.Options) (*scan.Report, error)
}

// exitCodes is what every command that scans says of them.
const exitCodes = `
Exit codes:
  0      the scan was done, and the gate of --exit-code, if any, passed
  N      the gate failed: vulnerabilities are left after --severity,
         --ignore-unfixed, --ignore-status, --ignorefile and --vex that
         --baseline has not and, if they are given, --exit-on or --min-epss is
         about; or the operating system is past its end of life, with
         --exit-on eol or --exit-on-eol N, which comes before all others
  2      the command line is wrong
  3      the scan could not be done or, with a gate and without
         --ignore-problems, the report is not complete`

// scanCommands are a command for each target.
func scanCommands() []*cobra.Command {
	return []*cobra.Command{
		scanCommand(target{
			use: "image [--input FILE | REF...]", short: "Scan images", image: true,
			long: `Scan images and report their known vulnerabilities.

REF is a reference in a registry, the path of an archive or OCI layout, or
either with its transport: docker-archive:FILE, oci:DIR[:TAG],
oci-archive:FILE, registry:REF. docker:NAME, podman:NAME and containerd:NAME
are images of an engine on this machine, as --image-src has for all names.
`,
			example: `  plimsoll image --db osv/ nginx:1.27
  plimsoll image --input app.tar --severity HIGH,CRITICAL --exit-code 1`,
			scan: scanImage,
		}),
		scanCommand(target{
			use: "fs PATH...", short: "Scan directories or files",
			long: `Scan directories, or single files: what lock files name, and the packages of a
system that is installed there. Directories called .git are left out.
`,
			example: `  plimsoll fs .
  plimsoll fs --include-dev-deps --skip-dirs '**/testdata' package-lock.json`,
			scan: scanDirectory(scan.Filesystem),
		}),
		scanCommand(target{
			use: "rootfs DIR...", short: "Scan root directories of systems",
			long: `Scan directories that are the root of a system, such as an unpacked image: the
packages of the system, and those of languages that are installed.
`,
			example: `  plimsoll rootfs --pkg-types os /mnt`,
			scan:    scanDirectory(scan.Rootfs),
		}),
		scanCommand(target{
			use: "repo DIR|URL...", short: "Scan repositories", repository: true,
			long: `Scan repositories: what their lock files name. A directory is a checkout; a
URL (https, ssh, or git@HOST:PATH) is fetched, one commit without its history.
The password or token of a URL is $PLIMSOLL_GIT_TOKEN, or stands in the URL.
`,
			example: `  plimsoll repo --format json .
  plimsoll repo --branch main https://github.com/example/app`,
			scan: scanRepository,
		}),
		scanCommand(target{
			use: "sbom FILE...", short: "Scan bills of materials",
			long: `Scan bills of materials: CycloneDX in JSON or XML, SPDX 2 in JSON or as tags
and values. "-" is standard input.
`,
			example: `  plimsoll sbom app.cdx.json`,
			scan:    scanSBOM,
		}),
	}
}

// scanFlags are what the command line says about a scan.
type scanFlags struct {
	input          string
	severities     []string
	ignoreUnfixed  bool
	format         string
	template       string // with "@" before it: a file
	output         string
	exitCode       int
	exitOnEOL      int
	ignoreProblems bool
	suppress       suppressFlags
	baseline       baselineFlags
	database       databaseFlags
	noCache        bool
	sources        []string
	sort           string
	exitOn         []string
	minEPSS        float64
	platform       string
	insecure       bool
	workers        int
	quiet          bool
	packages       optionalBool // --list-all-pkgs
	packageTypes   []string
	skipDirs       []string
	skipFiles      []string
	dev            bool
	everything     bool

	trivy trivyFlags

	imageSource []string
	imageConfig imageConfigFlags
	branch, tag string
	commit      string

	stdin io.Reader
}

func scanCommand(t target) *cobra.Command {
	var f scanFlags
	name, _, _ := strings.Cut(t.use, " ")
	cmd := &cobra.Command{
		Use:     t.use,
		Short:   t.short,
		Long:    t.long + exitCodes,
		Example: t.example,

		Annotations: map[string]string{scans: "true"},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdin = cmd.InOrStdin()
			return f.run(cmd.Context(), t, args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	switch name {
	case "fs":
		cmd.Aliases = []string{"filesystem"}
	case "repo":
		cmd.Aliases = []string{"repository"}
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	// The names that Trivy has, or had, for the same.
	flags.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(canonical(name))
	})
	if t.image {
		flags.StringVarP(&f.input, "input", "i", "", "`FILE` to scan in place of REF: an archive of docker save, an OCI archive or an OCI layout")
	}
	flags.StringSliceVarP(&f.severities, "severity", "s", nil, "report `LEVELS` only: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL (default all)")
	flags.BoolVar(&f.ignoreUnfixed, "ignore-unfixed", false, "report vulnerabilities with a fixed version only")
	f.suppress.add(flags)
	flags.StringVarP(&f.format, "format", "f", "table", "`FORMAT` of the report: "+formatNames())
	flags.StringVarP(&f.template, "template", "t", "", "`TEMPLATE` of --format template: a text, or @FILE")
	flags.StringVarP(&f.output, "output", "o", "", "write the report to `FILE`")
	flags.IntVar(&f.exitCode, "exit-code", 0, "exit with `N` (1, or 4 to 125) if vulnerabilities are reported; 0 is no gate (default 1 with --exit-on, --min-epss or --baseline)")
	flags.BoolVar(&f.ignoreProblems, "ignore-problems", false, "let the gate pass a report that is not complete")
	flags.StringSliceVar(&f.exitOn, "exit-on", nil, "fail on these `KINDS` alone: kev (vulnerabilities known to be exploited), eol (an operating system past its end of life)")
	flags.IntVar(&f.exitOnEOL, "exit-on-eol", 0, "exit with `N` (as of --exit-code) if the operating system is past its end of life")
	flags.Float64Var(&f.minEPSS, "min-epss", 0, "fail on vulnerabilities with an EPSS probability of `P` or more alone")
	f.baseline.add(flags)
	flags.StringVar(&f.sort, "sort", "package", "`ORDER` of a table: package, severity, or epss, which shows it and what is known to be exploited")
	flags.StringSliceVar(&f.sources, "severity-source", nil, "take severities from the first of `SOURCES` that rates: auto,nvd,ghsa,debian,... (default auto)")
	flags.Var(&f.packages, "list-all-pkgs", "list all packages, with vulnerabilities or without (default true with json)")
	flags.Lookup("list-all-pkgs").NoOptDefVal = "true"
	flags.StringSliceVar(&f.packageTypes, "pkg-types", nil, "report packages of `TYPES` only: os,library (default all)")
	flags.StringSliceVar(&f.skipDirs, "skip-dirs", nil, "leave out directories that match `GLOBS`; ** stands for any directories")
	flags.StringSliceVar(&f.skipFiles, "skip-files", nil, "leave out files that match `GLOBS`")
	flags.BoolVar(&f.dev, "include-dev-deps", false, "report packages that are only needed to develop or test")
	flags.BoolVar(&f.everything, "everything", false, "look for all that is known, lock files in images and installed packages in directories too")
	flags.StringVar(&f.database.path, "db", "", "`PATH` of a database, ours or Trivy's, or of a directory of OSV JSON (default the one in the cache)")
	flags.BoolVar(&f.database.skip, "skip-db-update", false, "use the database in the cache as it is")
	flags.BoolVar(&f.database.offline, "offline", false, "fetch nothing but the image")
	f.database.addCache(flags)
	f.database.addSources(flags, "db-source")
	flags.BoolVar(&f.noCache, "no-cache", false, "read all layers, and keep nothing of them; of directories nothing is kept in any case")
	if t.image {
		flags.StringSliceVar(&f.imageSource, "image-src", nil, "look for images in these `PLACES`, in order: docker,podman,containerd,remote (default remote)")
		f.imageConfig.add(flags)
		flags.StringVar(&f.platform, "platform", "", "choose `OS/ARCH[/VARIANT]` from an image for several")
		flags.BoolVar(&f.insecure, "insecure", false, "allow plain HTTP and unverified certificates of registries")
	}
	if t.repository {
		flags.StringVar(&f.branch, "branch", "", "fetch the `NAME`d branch of a URL")
		flags.StringVar(&f.tag, "tag", "", "fetch the `NAME`d tag of a URL")
		flags.StringVar(&f.commit, "commit", "", "fetch the commit with this `ID` of a URL")
	}
	f.trivy.add(flags, t.image)
	flags.IntVar(&f.workers, "workers", 0, "read `N` layers at one time (default one for each processor)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the report and errors only; with count, its number alone")
	return cmd
}

// An optionalBool is a flag that is neither true nor false until it is given.
type optionalBool struct{ set, value bool }

func (b *optionalBool) String() string { return "" }
func (b *optionalBool) Type() string   { return "bool" }
func (b *optionalBool) Set(s string) (err error) {
	b.set = true
	b.value, err = strconv.ParseBool(s)
	return err
}

// run does the scans, one after the other. Errors about the flags come before any
// work. One that cannot be done does not keep the others from being done; that
// something could not be done weighs more than a gate.
func (f *scanFlags) run(ctx context.Context, t target, args []string, stdout, stderr io.Writer) error {
	if f.trivy.downloadOnly {
		return failed(f.database.update(ctx, nil, f.quiet, stdout, stderr))
	}
	opts, err := f.options()
	if err != nil {
		return err
	}
	if err := f.imageConfig.read(); err != nil {
		return err
	}
	opts.Matchers = f.imageConfig.matchers()
	reporter, err := f.reporter(stdout)
	if err != nil {
		return err
	}
	if err := f.check(t, args); err != nil {
		return err
	}
	if f.exitCode == 0 && (len(f.exitOn) > 0 || f.minEPSS > 0 || f.baseline.path != "") {
		f.exitCode = 1
	}
	if opts.Suppress, err = f.suppress.read(f.imageConfig.rules...); err != nil {
		return failed(err)
	}
	if err := f.baseline.read(); err != nil {
		return failed(err)
	}
	if f.input != "" {
		if err := checkInput(&f.input); err != nil {
			return failed(err)
		}
		args = []string{f.input}
	}

	line := newProgress(stderr, f.quiet || f.trivy.noProgress)
	defer line.clear()
	ctx, stop := f.trivy.bound(ctx)
	defer stop()
	if f.trivy.debug {
		opts.Logger = slog.New(&logger{line, stderr, slog.LevelDebug})
	}
	db, err := f.database.openWarned(ctx, line, stderr, f.quiet)
	if err != nil {
		return failed(err)
	}
	defer db.Close()
	opts.Database = db
	opts.Progress = func(p scan.Progress) { line.show("Reading layers", p.Layers, p.Total) }
	if t.image && !f.noCache {
		opts.Cache = f.layerCache()
	}

	out := &output{path: f.output, stdout: stdout}
	var worst *exit
	for _, ref := range args {
		report, err := t.scan(ctx, f, ref, opts)
		line.clear()
		if err != nil {
			worst = worse(worst, failed(err))
			continue
		}
		keepSevere(report, opts.Filter.Severities)
		if err := out.write(ctx, reporter, report); err != nil {
			out.close()
			return failed(err)
		}
		// A table on the screen shows the problems itself.
		if !f.quiet && (f.format != "table" || f.output != "") {
			for _, p := range report.Problems {
				warn(stderr, p.String())
			}
		}
		if err := f.baseline.write(report); err != nil {
			out.close()
			return failed(err)
		}
		worst = worse(worst, f.judge(report, stderr))
	}
	if err := out.close(); err != nil {
		return failed(err)
	}
	if worst == nil {
		return nil
	}
	return worst
}

// worse is the exit that counts of two, which may be nil: that something was not
// done before a gate, and the first before a later one, whose error is added.
func worse(a *exit, err error) *exit {
	var b *exit
	if !errors.As(err, &b) {
		return a
	}
	switch {
	case a == nil:
		return b
	case a.code != b.code && b.code == exitError:
		return b
	case a.code == b.code && a.err != nil && b.err != nil:
		return &exit{code: a.code, err: fmt.Errorf("%w; %w", a.err, b.err)}
	}
	return a
}

// check looks at the flags that stand alone.
func (f *scanFlags) check(t target, args []string) error {
	name, want, _ := strings.Cut(t.use, " ")
	switch {
	case f.input == "" && len(args) == 0 && t.image:
		return errors.New("an image is missing: REF or --input FILE")
	case f.input == "" && len(args) == 0:
		return fmt.Errorf("what to scan is missing: plimsoll %s %s", name, want)
	case f.input != "" && len(args) > 0:
		return fmt.Errorf("--input %s and %s: only one image can be scanned", f.input, args[0])
	case f.format == "html" && len(args) > 1:
		return errors.New("--format html: only one target can be in a page")
	case !isGateCode(f.exitCode):
		return fmt.Errorf("--exit-code %d: want 1, or 4 to 125; 2 and 3 say that the scan was not done", f.exitCode)
	case !isGateCode(f.exitOnEOL):
		return fmt.Errorf("--exit-on-eol %d: want 1, or 4 to 125; 2 and 3 say that the scan was not done", f.exitOnEOL)
	case f.platform != "" && !isPlatform(f.platform):
		return fmt.Errorf("--platform %s: want OS/ARCH[/VARIANT]", f.platform)
	case f.minEPSS < 0 || f.minEPSS > 1:
		return fmt.Errorf("--min-epss %g: want a probability, 0 to 1", f.minEPSS)
	case slices.ContainsFunc(f.exitOn, func(kind string) bool { return kind != "kev" && kind != "eol" }):
		return fmt.Errorf("--exit-on %s: want kev or eol", strings.Join(f.exitOn, ","))
	case slices.ContainsFunc(f.imageSource, func(s string) bool { return !isImageSource(s) }):
		return fmt.Errorf("--image-src %s: want docker, podman, containerd or remote", strings.Join(f.imageSource, ","))
	case f.workers < 0:
		return fmt.Errorf("--workers %d: want 0 or more", f.workers)
	}
	return errors.Join(f.trivy.check(len(args)), f.baseline.check(len(args)), f.checkRevision(args))
}

// isGateCode reports whether a gate may exit with code; 0 is no gate.
func isGateCode(code int) bool {
	return code == 0 || code == 1 || code >= 4 && code <= 125
}

func isPlatform(s string) bool {
	parts := strings.Split(s, "/")
	return (len(parts) == 2 || len(parts) == 3) && !slices.Contains(parts, "")
}

// options are those of the scan, but for the database and where it is kept.
func (f *scanFlags) options() (scan.Options, error) {
	opts := scan.Options{
		Source: scan.SourceOptions{
			Platform: f.platform,
			Insecure: f.insecure,
			Keychain: source.DefaultKeychain(),
		},
		Workers:         f.workers,
		SeveritySources: f.sources,
		Filter:          scan.Filter{IgnoreUnfixed: f.ignoreUnfixed},
		SkipDirs:        f.skipDirs,
		SkipFiles:       f.skipFiles,
		DevDependencies: f.dev,
		Everything:      f.everything,
	}
	for _, word := range f.severities {
		level, err := severity.Parse(strings.TrimSpace(word))
		if err != nil {
			return opts, fmt.Errorf("--severity: %w", err)
		}
		opts.Filter.Severities = append(opts.Filter.Severities, level)
	}
	var err error
	if opts.Filter.IgnoreStatuses, err = statusesOf(f.suppress.statuses); err != nil {
		return opts, err
	}
	for _, word := range f.packageTypes {
		class := scan.PackageClass(strings.TrimSpace(word))
		if class != scan.ClassOS && class != scan.ClassLibrary {
			return opts, fmt.Errorf("--pkg-types %q: want os or library", word)
		}
		opts.PackageClasses = append(opts.PackageClasses, class)
	}
	return opts, f.trivy.set(&opts)
}

// layerCache is where what was made of layers is kept, beside the databases; nil
// where there is no such place.
func (f *scanFlags) layerCache() scan.Cache {
	dir, err := f.database.dir()
	if err != nil {
		return nil
	}
	return cache.Directory(filepath.Join(dir, "layers"), 0)
}

// skipBelow takes the paths of --skip-dirs and --skip-files that lie below one of
// roots, seen from the working directory, for those files; others are patterns from
// the root of what is scanned. So does Trivy.
func skipBelow(opts *scan.Options, roots ...string) {
	below := func(pattern string) []string {
		var list []string
		abs, err := filepath.Abs(pattern)
		for _, root := range roots {
			base, rootErr := filepath.Abs(root)
			if err != nil || rootErr != nil {
				continue
			}
			if rel, err := filepath.Rel(base, abs); err == nil && rel != "." && filepath.IsLocal(rel) {
				list = append(list, filepath.ToSlash(rel))
			}
		}
		if len(list) == 0 {
			return []string{pattern}
		}
		return list
	}
	for _, list := range []*[]string{&opts.SkipDirs, &opts.SkipFiles} {
		var seen []string
		for _, pattern := range *list {
			seen = append(seen, below(pattern)...)
		}
		*list = seen
	}
}

// scanDirectory is one of the library's functions for a directory.
func scanDirectory(do func(context.Context, string, scan.Options) (*scan.Report, error)) func(context.Context, *scanFlags, string, scan.Options) (*scan.Report, error) {
	return func(ctx context.Context, _ *scanFlags, ref string, opts scan.Options) (*scan.Report, error) {
		skipBelow(&opts, ref)
		return do(ctx, ref, opts)
	}
}

func scanSBOM(ctx context.Context, f *scanFlags, ref string, opts scan.Options) (*scan.Report, error) {
	if ref != "-" {
		return scan.SBOM(ctx, ref, opts)
	}
	var inv *scan.Inventory
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		inv, err = scan.InspectSBOM(ctx, ref, f.stdin, opts)
	}()
	select {
	case <-done:
	case <-ctx.Done(): // nobody may ever write to it
		return nil, fmt.Errorf("read standard input: %w", ctx.Err())
	}
	if err != nil {
		return nil, err
	}
	return scan.Judge(ctx, inv, opts)
}

// checkInput makes sure that path, which is never an image's name, is taken as a
// path: one that does not exist would be asked of a registry, and one with a
// colon may look like a transport.
func checkInput(path *string) error {
	if _, err := os.Stat(*path); err != nil {
		return fmt.Errorf("find image: %w", err)
	}
	if strings.Contains(*path, ":") && !filepath.IsAbs(*path) {
		*path = "." + string(filepath.Separator) + *path
	}
	return nil
}

// judge applies the gates. --exit-on-eol is the first, as in Trivy: what it says
// of a system holds however much of the report is missing, and advisories often
// are, of old systems. For the other, that the report is not complete weighs more
// than what it holds.
func (f *scanFlags) judge(report *scan.Report, stderr io.Writer) error {
	if f.exitOnEOL == 0 && f.exitCode == 0 {
		return nil
	}
	if f.exitOnEOL != 0 {
		old := scan.Gate{EndOfLife: true, IgnoreProblems: true}.Judge(report)
		if old.Failed {
			return f.fail(f.exitOnEOL, old, stderr)
		}
	}
	verdict := f.gate().Judge(report)
	if !verdict.Complete && !f.ignoreProblems {
		return failed(fmt.Errorf("the report is not complete: problems that hide packages or vulnerabilities: %d (--ignore-problems lets them pass)", hiding(report.Problems)))
	}
	if verdict.Failed {
		return f.fail(f.exitCode, verdict, stderr)
	}
	return nil
}

// gate is that of --exit-code, or else of --exit-on-eol. Where there are both, the
// latter has passed before this one is asked.
func (f *scanFlags) gate() scan.Gate {
	if f.exitCode == 0 {
		return scan.Gate{EndOfLife: true, IgnoreProblems: f.ignoreProblems}
	}
	return scan.Gate{
		Exploited: slices.Contains(f.exitOn, "kev"), EndOfLife: slices.Contains(f.exitOn, "eol"), MinEPSS: f.minEPSS,
		Baseline: f.baseline.known, IgnoreProblems: f.ignoreProblems,
	}
}

// fail ends the program with code, because of verdict.
func (f *scanFlags) fail(code int, verdict scan.Verdict, stderr io.Writer) error {
	if !f.quiet {
		fmt.Fprintf(stderr, "gate: %s\n", printable(strings.Join(verdict.Reasons, ", ")))
	}
	return &exit{code: code}
}

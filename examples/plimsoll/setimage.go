package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// exitWorse is the exit code of an image that is refused.
const exitWorse = 1

// setImageFlags are what the command line says about images to write.
type setImageFlags struct {
	manifestImageFlags
	objects []string // kind/name; empty: all
	force   bool
}

func setImageCommand() *cobra.Command {
	var f setImageFlags
	cmd := &cobra.Command{
		Use:   "set-image MANIFEST CONTAINER=REF...",
		Short: "Change the images in a manifest, unless they are worse",
		Long: `Change the images of containers in a manifest, as "kubectl set image" does in a
cluster. Nothing else in the file changes: comments, order and spelling stay.

CONTAINER is the name of containers of any kind, of all objects in the file or of those
of --object; * is all whose names are not given. Before anything is written the old
image and the new one are scanned. The new one is refused if it is worse: if, at the
highest severity of which the two have different numbers of vulnerabilities, it has
more.

Exit codes:
  0  the file was changed, or says all that already
  1  an image is worse; nothing was written (--force writes it)
  2  the command line is wrong
  3  the work could not be done: there is no such container, the file or an image
     could not be read or, without --ignore-problems, not all of the new image;
     nothing was written`,
		Example: `  plimsoll set-image deploy/web.yaml app=registry.example/shop:2
  plimsoll set-image --object deployment/web --image shop:2=oci:build/shop web.yaml '*=shop:2'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVar(&f.objects, "object", nil, "change these objects alone: `KIND/NAME`, such as deployment/web")
	flags.BoolVar(&f.force, "force", false, "write an image that is worse, or whose predecessor cannot be scanned")
	flags.BoolVar(&f.ignoreUnfixed, "ignore-unfixed", false, "compare vulnerabilities with a fixed version only")
	f.suppress.add(flags)
	flags.Lookup("show-suppressed").Hidden = true
	f.manifestImageFlags.add(flags)
	return cmd
}

// A change is an image of a container that is to be written.
type change struct {
	container *manifest.Container
	old, next string // old is empty where there is none
}

func (c change) String() string {
	at := c.container.Image.Node
	if at == nil {
		at = c.container.Node
	}
	o := c.container.Pod.Object
	return fmt.Sprintf("%s: %s %s, container %s", at.Position(), o.Kind, o.Name, c.container.Name.Value)
}

func (f *setImageFlags) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	refs, err := f.images(args)
	if err != nil {
		return err
	}
	sources, err := f.elsewhere()
	if err != nil {
		return err
	}
	opts, err := f.options()
	if err != nil {
		return err
	}
	if err := f.checkImages(); err != nil {
		return err
	}
	if opts.Suppress, err = f.suppress.read(); err != nil {
		return failed(err)
	}
	path := args[0]
	changes, err := f.find(ctx, path, refs)
	if err != nil {
		return failed(err)
	}
	if !f.quiet {
		var names []string
		for _, c := range changes {
			names = append(names, c.old, c.next)
		}
		for _, name := range unusedImages(sources, names) {
			warn(stderr, fmt.Sprintf("--image %s: no container has or gets this image", name))
		}
	}
	unchanged := len(changes)
	changes = slices.DeleteFunc(changes, func(c change) bool { return c.old == c.next })
	unchanged -= len(changes)
	var edits []manifest.Edit
	for _, c := range changes { // before anything is fetched
		e, err := c.container.Node.Set(c.next, "image")
		if err != nil {
			return failed(fmt.Errorf("%s: %w", c, err))
		}
		edits = append(edits, e...)
	}
	var results []string
	if len(changes) > 0 {
		err = f.withDatabase(ctx, opts, stderr, func(opts scan.Options) error {
			var err error
			results, err = f.compare(ctx, changes, f.opener(sources, opts), opts, stderr)
			return err
		})
		if err != nil {
			return err
		}
		file := changes[0].container.Pod.Object.File()
		text, err := manifest.Apply(file, edits)
		if err != nil {
			return failed(fmt.Errorf("change %s: %w", path, err))
		}
		if err := rewrite(path, file.Text, text); err != nil {
			return failed(err)
		}
	}
	for _, line := range results {
		fmt.Fprintln(stdout, printable(line))
	}
	if !f.quiet {
		fmt.Fprintf(stderr, "changed %d images, %d were there already\n", len(changes), unchanged)
	}
	return nil
}

// images are what the arguments behind the first say: a reference for each container.
func (f *setImageFlags) images(args []string) (map[string]string, error) {
	if len(args) < 2 {
		return nil, errors.New("what to change is missing: plimsoll set-image MANIFEST CONTAINER=REF")
	}
	refs := make(map[string]string)
	for _, pair := range args[1:] {
		container, ref, ok := strings.Cut(pair, "=")
		if !ok || container == "" || ref == "" {
			return nil, fmt.Errorf("%q: want CONTAINER=REF", pair)
		}
		if _, twice := refs[container]; twice {
			return nil, fmt.Errorf("container %s: given twice", container)
		}
		for _, transport := range []string{"oci:", "oci-archive:", "docker-archive:"} {
			if strings.HasPrefix(ref, transport) {
				return nil, fmt.Errorf("%s: a cluster knows no %s: write the name of the image, and --image NAME=%s", pair, strings.TrimSuffix(transport, ":"), ref)
			}
		}
		if _, err := source.Registry(ref, source.Options{}); err != nil {
			return nil, fmt.Errorf("%s: %w", pair, err)
		}
		refs[container] = ref
	}
	for _, o := range f.objects {
		if kind, name, ok := strings.Cut(o, "/"); !ok || kind == "" || name == "" {
			return nil, fmt.Errorf("--object %s: want KIND/NAME", o)
		}
	}
	return refs, nil
}

// find lists the changes in the file at path.
func (f *setImageFlags) find(ctx context.Context, path string, refs map[string]string) ([]change, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.IsDir() {
		return nil, fmt.Errorf("%s is a directory: name a file of it", path)
	}
	inv, err := scan.InspectManifests(ctx, scan.Options{}, path)
	if err != nil {
		return nil, err
	}
	for _, p := range inv.Problems {
		if hiding([]scan.Problem{p}) > 0 {
			return nil, fmt.Errorf("%s: %w", p.Path, p.Err)
		}
	}
	var changes []change
	used, met := make(map[string]bool), make(map[string]bool)
	for _, o := range inv.Objects {
		pod := o.Pod()
		if pod == nil || !f.wants(o, met) {
			continue
		}
		for c := range pod.AllContainers() {
			key := c.Name.Value
			if refs[key] == "" {
				key = "*"
			}
			if refs[key] == "" {
				continue
			}
			used[key] = true
			changes = append(changes, change{c, c.Image.Value, refs[key]})
		}
	}
	for _, o := range f.objects {
		if !met[o] {
			return nil, fmt.Errorf("there is no %s with containers in %s", o, path)
		}
	}
	var unused []string
	for name := range refs {
		if !used[name] {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	if len(unused) > 0 {
		return nil, fmt.Errorf("there is no container %s in %s", strings.Join(unused, ", "), path)
	}
	return changes, nil
}

// wants reports whether o is to be changed, and notes which of --object it is.
func (f *setImageFlags) wants(o *manifest.Object, met map[string]bool) bool {
	if len(f.objects) == 0 {
		return true
	}
	found := false
	for _, want := range f.objects {
		if kind, name, _ := strings.Cut(want, "/"); strings.EqualFold(kind, o.Kind) && name == o.Name {
			met[want], found = true, true
		}
	}
	return found
}

// compare scans the images of changes. It returns a line on each change, or why it is
// refused.
func (f *setImageFlags) compare(ctx context.Context, changes []change, open func(string) (scan.Source, error), opts scan.Options, stderr io.Writer) ([]string, error) {
	type scanned struct {
		report *scan.Report
		err    error
	}
	known := make(map[string]scanned)
	scanOnce := func(name string) (*scan.Report, error) {
		s, ok := known[name]
		if !ok {
			src, err := open(name)
			if err == nil {
				s.report, err = scan.Run(ctx, src, opts)
			}
			if err != nil {
				s.err = fmt.Errorf("image %s is not scanned: %w", name, err)
			}
			known[name] = s
		}
		return s.report, s.err
	}
	var lines, refused []string
	for _, c := range changes {
		next, err := scanOnce(c.next)
		if err != nil {
			return nil, failed(fmt.Errorf("%s: %w", c, err))
		}
		if n := hiding(next.Problems); n > 0 && !f.ignoreProblems {
			return nil, failed(fmt.Errorf("%s: image %s could not be read or judged in full: %s (--ignore-problems lets it pass)", c, c.next, firstHiding(next.Problems)))
		}
		line := fmt.Sprintf("%s: %s, %s", c, c.next, severities(next))
		if c.old != "" {
			old, err := scanOnce(c.old)
			switch {
			case err == nil:
				line = fmt.Sprintf("%s: %s, %s; was %s, %s", c, c.next, severities(next), c.old, severities(old))
				if scan.Worse(old, next) {
					refused = append(refused, line)
				}
			case !f.force || ctx.Err() != nil:
				return nil, failed(fmt.Errorf("%s: %w", c, err))
			default:
				warn(stderr, err.Error())
			}
		}
		lines = append(lines, line)
	}
	if len(refused) == 0 {
		return lines, nil
	}
	if !f.force {
		return nil, &exit{code: exitWorse, err: fmt.Errorf("the new image is worse (--force writes it): %s", strings.Join(refused, "; "))}
	}
	for _, line := range refused {
		warn(stderr, "the new image is worse: "+line)
	}
	return lines, nil
}

func firstHiding(list []scan.Problem) string {
	i := slices.IndexFunc(list, func(p scan.Problem) bool { return hiding([]scan.Problem{p}) > 0 })
	return list[i].String()
}

// severities is how many vulnerabilities of each severity r has, the worst first:
// "CRITICAL: 1, LOW: 2", or "no vulnerabilities".
func severities(r *scan.Report) string {
	counts := make(map[severity.Level]int)
	for i := range r.Vulnerabilities {
		counts[r.Vulnerabilities[i].Severity]++
	}
	var words []string
	for _, l := range slices.Backward(severity.Levels()) {
		if counts[l] > 0 {
			words = append(words, fmt.Sprintf("%s: %d", l, counts[l]))
		}
	}
	if len(words) == 0 {
		return "no vulnerabilities"
	}
	return strings.Join(words, ", ")
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// exitInvalid is the exit code of comparing or checking what is no version.
const exitInvalid = 1

func compareCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "compare ECOSYSTEM A B | ECOSYSTEM -",
		Short: "Order two versions",
		Long: `Order two versions as the tools of their ecosystem do, and print "<", "=" or
">". ECOSYSTEM is named as in OSV: Debian, Alpine:v3.19, npm, PyPI.

With - in place of the versions, pairs are read from the standard input, a line
each, and a sign is printed for each. It is "?" where a version is not well
formed.

Exit codes:
  0  they are ordered
  1  a version is not well formed
  2  the command line is wrong
  3  the standard input could not be read, or the output not written`,
		Example: `  plimsoll version compare Debian 1.0~rc1 1.0
  echo '1.2.0 1.10.0' | plimsoll version compare npm -`,
		Args: cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			scheme, err := schemeOf(args[0])
			if err != nil {
				return err
			}
			if len(args) == 3 {
				return compareTwo(cmd.OutOrStdout(), scheme, args[1], args[2])
			}
			if args[1] != "-" {
				return errors.New("the second version is missing")
			}
			return comparePairs(cmd.InOrStdin(), cmd.OutOrStdout(), scheme)
		},
	}
}

func checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check ECOSYSTEM VERSION...",
		Short: "Say which versions are not well formed",
		Long: `Say which versions are not well formed in their ecosystem, where and why.

Exit codes:
  0  all are well formed
  1  one is not
  2  the command line is wrong
  3  the output could not be written`,
		Example: `  plimsoll version check Debian 1:2.3-4`,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			scheme, err := schemeOf(args[0])
			if err != nil {
				return err
			}
			bad := 0
			for _, v := range args[1:] {
				if err := scheme.Check(v); err != nil {
					bad++
					if _, err := fmt.Fprintln(cmd.OutOrStdout(), err); err != nil {
						return failed(err)
					}
				}
			}
			if bad > 0 {
				return &exit{code: exitInvalid}
			}
			return nil
		},
	}
}

func schemeOf(ecosystem string) (version.Scheme, error) {
	scheme, err := version.ForEcosystem(ecosystem)
	if err != nil {
		return nil, fmt.Errorf("ECOSYSTEM: %w", err)
	}
	return scheme, nil
}

// sign is the relation of a and b, or "?" and why there is none.
func sign(scheme version.Scheme, a, b string) (string, error) {
	if err := errors.Join(scheme.Check(a), scheme.Check(b)); err != nil {
		return "?", err
	}
	return [...]string{"<", "=", ">"}[scheme.Compare(a, b)+1], nil
}

func compareTwo(w io.Writer, scheme version.Scheme, a, b string) error {
	relation, invalid := sign(scheme, a, b)
	if _, err := fmt.Fprintln(w, relation); err != nil {
		return failed(err)
	}
	if invalid != nil {
		return &exit{code: exitInvalid, err: invalid}
	}
	return nil
}

func comparePairs(r io.Reader, w io.Writer, scheme version.Scheme) error {
	out := bufio.NewWriter(w)
	lines := bufio.NewScanner(r)
	bad := 0
	for lines.Scan() {
		relation := "?"
		if pair := strings.Fields(lines.Text()); len(pair) == 2 {
			relation, _ = sign(scheme, pair[0], pair[1])
		}
		if relation == "?" {
			bad++
		}
		fmt.Fprintln(out, relation) // out keeps its error for Flush
	}
	if err := errors.Join(lines.Err(), out.Flush()); err != nil {
		return failed(err)
	}
	if bad > 0 {
		return &exit{code: exitInvalid, err: fmt.Errorf("pairs without an order: %d", bad)}
	}
	return nil
}

package score_test

import (
	"fmt"
	"os"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

const ferry = `apiVersion: v1
kind: Pod
metadata:
  name: ferry
spec:
  serviceAccountName: ferry
  containers:
  - name: deck
    image: deck:1
    securityContext:
      allowPrivilegeEscalation: true # for ping
`

func ExampleRun() {
	b := manifest.ReadFile("ferry.yaml", []byte(ferry), manifest.Options{})
	for _, r := range score.Run(b.Objects, score.Options{}) {
		fmt.Printf("%s: %s of %d\n", r.Name, r.Message(), r.Max)
		for _, item := range r.Critical {
			for _, p := range item.Places {
				fmt.Printf("%s: %s, container %s (%+d)\n", p.Node.Place().Start, item.ID, p.Container, item.Points)
			}
		}
	}
	// Output:
	// Pod/ferry.default: Failed with a score of -4 points of 19
	// ferry.yaml:11:33: AllowPrivilegeEscalation, container deck (-7)
}

func ExampleRead() {
	results, problems := score.Read("ferry.yaml", []byte(ferry+"---\nkind: ["), score.Options{Compat: true})
	for _, r := range results {
		fmt.Println(r.Name, r.Score)
	}
	for _, p := range problems {
		fmt.Println(p.Position.Line, p.Err != nil)
	}
	// Output:
	// Pod/ferry.default -4
	// 13 true
}

func ExampleApply() {
	b := manifest.ReadFile("ferry.yaml", []byte(ferry), manifest.Options{})
	edits, err := score.Apply(b.Objects[0], "AllowPrivilegeEscalation", "CapDropAll", "RunAsNonRoot")
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := manifest.Apply(b.Objects[0].File(), edits)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// apiVersion: v1
	// kind: Pod
	// metadata:
	//   name: ferry
	// spec:
	//   serviceAccountName: ferry
	//   containers:
	//   - name: deck
	//     image: deck:1
	//     securityContext:
	//       allowPrivilegeEscalation: false # for ping
	//       capabilities:
	//         drop:
	//         - ALL
	//   securityContext:
	//     runAsNonRoot: true
}

func ExampleResult_Edits() {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: tug}\nspec:\n  hostAliases: [{ip: 10.0.0.1, hostnames: [pier]}]\n  containers: [{name: deck}]\n"
	results, _ := score.Read("tug.yaml", []byte(text), score.Options{})
	edits, err := results[0].Edits("HostUsers", "HostAliases")
	fmt.Println(len(edits), err)
	// Output: 1 HostAliases: no safe fix: the names would have to be in the DNS first
}

func ExampleResult_Fix() {
	results, _ := score.Read("ferry.yaml", []byte(ferry), score.Options{})
	fix := results[0].Fix("AutomountServiceAccountToken")
	fmt.Printf("%s: %q\n", fix.Message, fix.Edits[0].Text)
	// Output: follow the advice of AutomountServiceAccountToken: "\n  automountServiceAccountToken: false"
}

func ExampleCustom() {
	team := &lint.Rule{
		Name: "team-label", Title: "workload without a team", Doc: "Reports workloads that nobody owns.",
		Remediation: "Say in the label team whose it is", Severity: severity.Low, Kinds: []lint.Kind{lint.DeploymentLike},
		Run: func(p *lint.Pass) error {
			labels := p.Object.Metadata().Labels
			if _, ok := labels.Get("team"); !ok {
				p.Report(nil, "there is no label team", lint.SetFix(p.Object.Node, "harbour", "metadata", "labels", "team"))
			}
			return nil
		},
	}
	rule, err := score.Custom(team, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	b := manifest.ReadFile("ferry.yaml", []byte(ferry), manifest.Options{})
	r := score.Run(b.Objects, score.Options{Rules: append(score.Rules(), rule)})[0]
	for _, item := range r.Advise {
		if item.ID == "team-label" {
			fmt.Println(item.Places[0].Message, "at line", item.Places[0].Node.Position().Line, "points", item.Points)
		}
	}
	fmt.Println("most:", r.Max)
	// Output:
	// there is no label team at line 4 points 2
	// most: 21
}

func ExampleSelect() {
	rules, err := score.Select(score.Rules(), "HostUsers", "CapDropAll")
	if err != nil {
		fmt.Println(err)
		return
	}
	results, _ := score.Read("ferry.yaml", []byte(ferry), score.Options{Rules: rules})
	fmt.Println(results[0].Score, "of", results[0].Max)
	_, err = score.Select(score.Rules(), "HostUser")
	fmt.Println(err)
	// Output:
	// 0 of 2
	// no such rule: HostUser
}

func ExampleWriteJSON() {
	rules, _ := score.Select(score.Rules(), "ServiceAccountName", "HostUsers")
	results, _ := score.Read("ferry.yaml", []byte(ferry), score.Options{Rules: rules})
	if err := score.WriteJSON(os.Stdout, results, true); err != nil {
		fmt.Println(err)
	}
	// Output:
	// [
	//   {
	//     "object": "Pod/ferry.default",
	//     "valid": true,
	//     "fileName": "ferry.yaml",
	//     "message": "Passed with a score of 3 points",
	//     "score": 3,
	//     "scoring": {
	//       "passed": [
	//         {
	//           "id": "ServiceAccountName",
	//           "selector": ".spec .serviceAccountName",
	//           "reason": "A service account of its own has no rights but those that the workload needs",
	//           "points": 3
	//         }
	//       ],
	//       "advise": [
	//         {
	//           "id": "HostUsers",
	//           "selector": ".spec .hostUsers == false",
	//           "reason": "In a user namespace of its own root in the pod is nobody on the node",
	//           "points": 1
	//         }
	//       ]
	//     }
	//   }
	// ]
}

func ExampleWriteRules() {
	rules, _ := score.Select(score.Rules(), "HostPID")
	if err := score.WriteRules(os.Stdout, rules); err != nil {
		fmt.Println(err)
	}
	// Output:
	// [
	//   {
	//     "id": "HostPID",
	//     "selector": ".spec .hostPID == true",
	//     "reason": "A pod that sees the processes of its node can read their environment and send them signals",
	//     "kinds": [
	//       "Pod",
	//       "Deployment",
	//       "StatefulSet",
	//       "DaemonSet"
	//     ],
	//     "points": -9,
	//     "advise": 0
	//   }
	// ]
}

func ExampleRules() {
	points := 0
	for _, r := range score.Rules() {
		points += max(r.Points, 0)
	}
	fmt.Println(len(score.Rules()), "rules, at most", points, "points")
	// Output: 30 rules, at most 21 points
}

func ExampleDifferences() {
	for _, d := range score.Differences() {
		if d.Rule == "HostAliases" {
			fmt.Printf("Kubesec %s; plimsoll %s: %s.\n", d.Kubesec, d.Plimsoll, d.Reason)
		}
	}
	// Output: Kubesec takes points for an empty list; plimsoll does not: there is no alias in it.
}

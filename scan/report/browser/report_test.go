package browser

import (
	"bytes"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var screenshots = flag.String("screenshots", "", "write pictures of the sample to this `directory`")

// scheme emulates a reader's choice of a light or dark system.
func scheme(name string) step {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
}

// medium emulates paper ("print"), or a screen in a dark system.
func medium(name string) step {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: name, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	})
}

// noScript turns the scripts of pages off.
func noScript() step {
	return command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

const (
	count = `document.querySelectorAll("#rows .finding").length`
	shown = `document.querySelector("#shown").textContent`
)

// column is the texts of a column, by its number.
func (p *tab) column(n string) []string {
	p.Helper()
	return eval[[]string](p, `Array.from(document.querySelectorAll("#rows .finding td:nth-child(`+n+`)"), (e) => e.textContent)`)
}

func TestSort(t *testing.T) {
	t.Parallel()
	p := open(t, page(t, harbour(t)))
	sorted := `Array.from(document.querySelectorAll("th[aria-sort]:not([aria-sort=none])"), (e) => e.textContent + " " + e.ariaSort).join()`
	equal(p, sorted, "Severity descending")
	rank := map[string]int{"CRITICAL": 0, "HIGH": 1, "MEDIUM": 2, "LOW": 3, "UNKNOWN": 4}
	bySeverity := func(a, b string) int { return rank[a] - rank[b] }
	if got := p.column("1"); !slices.IsSortedFunc(got, bySeverity) {
		t.Errorf("severities at first: %q", got)
	}
	p.click("th [data-sort=sev]")
	equal(p, sorted, "Severity ascending")
	if got := p.column("1"); !slices.IsSortedFunc(got, func(a, b string) int { return -bySeverity(a, b) }) {
		t.Errorf("severities after a click: %q", got)
	}
	p.click("th [data-sort=id]")
	equal(p, sorted, "Vulnerability ascending")
	ids := p.column("2")
	for i := range ids {
		ids[i] = strings.TrimSuffix(ids[i], " KEV")
	}
	if !slices.IsSorted(ids) || len(ids) < 20 {
		t.Errorf("ids after a click: %q", ids)
	}
	p.click("th [data-sort=epss]")
	equal(p, sorted, "EPSS descending")
	p.run(chromedp.Focus(chromedp.CSS("th [data-sort=pkg]")), chromedp.KeyEvent(kb.Enter))
	equal(p, sorted, "Package ascending")
	if got := p.column("3"); got[0] != "@harbour/capstan" {
		t.Errorf("first package after Enter: %q", got[0])
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	r := harbour(t)
	p := open(t, page(t, r))
	all := len(r.Vulnerabilities)
	equal(p, count, all)

	p.click(`.chip.critical`)
	if got := p.column("1"); slices.Contains(got, "CRITICAL") || len(got) == all {
		t.Errorf("severities without critical: %q", got)
	}
	p.click("#clear")
	equal(p, count, all)

	p.run(chromedp.SendKeys(chromedp.CSS("#text"), "Mooring"))
	if got := p.column("3"); len(got) == 0 || slices.ContainsFunc(got, func(s string) bool { return !strings.Contains(s, "mooring") }) {
		t.Errorf("packages with mooring: %q", got)
	}
	if got := eval[string](p, shown); !strings.HasSuffix(got, "("+itoa(all)+" in all)") {
		t.Errorf("said to be shown: %q", got)
	}
	p.run(chromedp.SendKeys(chromedp.CSS("#text"), " no such"))
	equal(p, shown, "0 of "+itoa(all))
	p.click("#clear")
	equal(p, count, all)

	for _, row := range []struct {
		field, value, column string
		want                 func(string) bool
	}{
		{"#fix", "no", "5", func(s string) bool { return s == "–" }},
		{"#status", "will not fix", "6", func(s string) bool { return s == "will not fix" }},
		{"#where", "5", "9", func(s string) bool { return s == "5" }},
	} {
		// A list is chosen from by keyboard: what it opens is not part of the page.
		p.run(chromedp.Focus(chromedp.CSS(row.field)), chromedp.KeyEvent(row.value[:1]))
		if row.field == "#fix" {
			p.run(chromedp.SetValue(chromedp.CSS(row.field), row.value), script(`document.querySelector("#fix").dispatchEvent(new Event("input", {bubbles: true}))`))
		}
		if got := p.column(row.column); len(got) == 0 || len(got) == all || slices.ContainsFunc(got, func(s string) bool { return !row.want(s) }) {
			t.Errorf("%s %s: %q", row.field, row.value, got)
		}
		p.click("#clear")
		equal(p, count, all)
	}

	p.click(`.show[data-where="3"]`)
	if got := p.column("9"); len(got) == 0 || slices.ContainsFunc(got, func(s string) bool { return s != "3" }) {
		t.Errorf("layers after the chart's third: %q", got)
	}
	equal(p, `document.activeElement.id`, "where")
	p.click("#clear")
	p.click("#kev")
	if got := p.column("2"); len(got) == 0 || slices.ContainsFunc(got, func(s string) bool { return !strings.HasSuffix(s, " KEV") }) {
		t.Errorf("known to be exploited: %q", got)
	}
	p.click("#rows .more summary")
	if got := eval[string](p, `document.querySelector("#rows details[open] .detail").innerText`); !strings.Contains(got, "used by ransomware") || !strings.Contains(got, "CVSS:3.1/") {
		t.Errorf("details: %q", got)
	}
}

// The rows that are in the file are those that the script writes.
func TestNoScript(t *testing.T) {
	t.Parallel()
	r := harbour(t)
	address := page(t, r)
	const rows = `Array.from(document.querySelector("#rows").children, (e) => e.outerHTML)`
	with := eval[[]string](open(t, address), rows)
	p := open(t, address, noScript())
	without := eval[[]string](p, rows) // which runs nevertheless
	if len(with) != 2*len(r.Vulnerabilities) || len(without) != len(with) {
		t.Fatalf("%d rows with scripts, %d without, of %d findings", len(with), len(without), len(r.Vulnerabilities))
	}
	for i := range with {
		if with[i] != without[i] {
			t.Fatalf("row %d without scripts:\n%s\nwith:\n%s", i, without[i], with[i])
		}
	}
	equal(p, `document.querySelector("#theme").hidden && document.querySelector("#filter").hidden && document.querySelector("#pager").hidden`, true)
	equal(p, `document.querySelectorAll("th button:not(:disabled)").length`, 0)

	p = open(t, page(t, large(250)), noScript())
	equal(p, count, 100)
	if got := eval[string](p, `document.querySelector("noscript").innerText`); !strings.Contains(got, "first 100 of 250") {
		t.Errorf("without scripts it says %q", got)
	}
}

func TestLarge(t *testing.T) {
	t.Parallel()
	p := open(t, page(t, large(20_000)))
	const elements = `document.querySelectorAll("*").length`
	equal(p, count, 100)
	equal(p, shown, "1–100 of 20000")
	before := eval[int](p, elements)
	if before > 8000 {
		t.Errorf("%d elements, want at most 8000", before)
	}
	p.click("#next")
	equal(p, `document.querySelector("#page").textContent`, "Page 2 of 200")
	p.click("th [data-sort=pkg]")
	p.click("th [data-sort=pkg]")
	if got := p.column("3"); got[0] != "package-01999" {
		t.Errorf("the last package is %q", got[0])
	}
	p.run(chromedp.SendKeys(chromedp.CSS("#text"), "package-00042"))
	equal(p, count, 10)
	p.run(chromedp.SendKeys(chromedp.CSS("#text"), strings.Repeat(kb.Backspace, 5)+"0000"))
	equal(p, shown, "1–100 of 100 (20000 in all)")
	p.click("#clear")
	equal(p, shown, "1–100 of 20000")
	if after := eval[int](p, elements); after > before+50 {
		t.Errorf("%d elements, %d at first", after, before)
	}
}

func TestNarrow(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]string{"harbour": page(t, harbour(t)), "large": page(t, large(500)), "hostile": page(t, hostile(t))} {
		for _, width := range []int64{360, 768, 1280} {
			p := open(t, r, chromedp.EmulateViewport(width, 780))
			p.run(script(`document.querySelectorAll("details").forEach((d) => { d.open = true })`))
			if got := eval[int64](p, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("%s is %d wide on a screen of %d", name, got, width)
			}
		}
	}
}

// faint lists texts whose contrast with what is behind them is below 4.5 to 1, and
// bars that differ from it by less than 3 to 1, as WCAG 2.2 AA asks.
// https://www.w3.org/TR/WCAG22/#contrast-minimum
const faint = `(() => {
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const rgb = (color) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = color;
		canvas.fillRect(0, 0, 1, 1);
		return canvas.getImageData(0, 0, 1, 1).data;
	};
	const luminance = (c) => {
		const [r, g, b] = Array.from(c).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ratio = (a, b) => {
		const [x, y] = [luminance(rgb(a)), luminance(rgb(b))].sort((m, n) => n - m);
		return (x + 0.05) / (y + 0.05);
	};
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const color = getComputedStyle(e).backgroundColor;
			if (rgb(color)[3] === 255) return color;
		}
		return "Canvas";
	};
	const bad = [];
	const note = (e, got, want) => { if (got < want) bad.push(e.tagName + "." + e.getAttribute("class") + " " + e.textContent.slice(0, 30) + ": " + got.toFixed(2)); };
	for (const e of document.querySelectorAll("body *")) {
		const text = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.textContent.trim());
		if (e.tagName === "rect") note(e, ratio(getComputedStyle(e).fill, behind(e)), 3);
		else if (e.tagName === "text" && e.previousElementSibling?.tagName === "rect") note(e, ratio(getComputedStyle(e).fill, getComputedStyle(e.previousElementSibling).fill), 4.5);
		else if (text && e.checkVisibility() && !e.closest("svg") && e.tagName !== "OPTION") note(e, ratio(getComputedStyle(e).color, behind(e)), 4.5);
	}
	return bad;
})()`

func TestSchemes(t *testing.T) {
	t.Parallel()
	address := page(t, harbour(t))
	const background = `getComputedStyle(document.body).backgroundColor`
	light := eval[string](open(t, address, scheme("light")), background)
	dark := eval[string](open(t, address, scheme("dark")), background)
	if light == dark {
		t.Fatalf("the background is %s in both schemes", light)
	}
	for _, name := range []string{"light", "dark"} {
		p := open(t, address, scheme(name))
		p.run(script(`document.querySelectorAll("details").forEach((d) => { d.open = true })`))
		for _, text := range eval[[]string](p, faint) {
			t.Errorf("%s: %s", name, text)
		}
	}
	p := open(t, address, scheme("dark"))
	p.click("#theme")
	equal(p, background, light)
	equal(p, `document.querySelector("#theme").textContent`, "Theme: light")
	p.click("#theme")
	equal(p, background, dark)
	p.run(medium("print"))
	equal(p, `getComputedStyle(document.documentElement).colorScheme`, "light")
	equal(p, `Array.from(document.querySelectorAll(".filter, #theme, .top nav"), (e) => getComputedStyle(e).display).join()`, "none,none,none")
	p.run(medium("screen"))
	p.click("#theme")
	equal(p, `document.querySelector("#theme").textContent`, "Theme: system")
}

// Tab reaches all that can be used, in the order of the page, and shows where it is.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	p := open(t, page(t, harbour(t)))
	const usable = `a[href], button:not(:disabled), input, select, summary`
	want := eval[int](p, `(() => {
		window.usable = Array.from(document.querySelectorAll("`+usable+`")).filter((e) => e.checkVisibility() && !e.closest("details:not([open]) > :not(summary)"));
		return window.usable.length;
	})()`)
	got := 0
	for range want {
		p.run(chromedp.KeyEvent(kb.Tab))
		at := eval[int](p, `window.usable.indexOf(document.activeElement)`)
		if at != got {
			t.Fatalf("%d times Tab lead to element %d: %s", got+1, at, eval[string](p, `document.activeElement.outerHTML.slice(0, 200)`))
		}
		if !eval[bool](p, `(() => {
			const e = document.activeElement, s = getComputedStyle(e.closest(".chip") ?? e);
			return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && e.getBoundingClientRect().width > 0;
		})()`) {
			t.Errorf("focus is not to be seen on %s", eval[string](p, `document.activeElement.outerHTML.slice(0, 200)`))
		}
		got++
	}
	if got < 50 {
		t.Errorf("only %d elements can be used", got)
	}
	equal(p, `Array.from(document.querySelectorAll("input, select")).filter((e) => e.labels.length === 0).length`, 0)
}

func TestHostile(t *testing.T) {
	t.Parallel()
	p := open(t, page(t, hostile(t)))
	p.run(script(`document.querySelectorAll("details").forEach((d) => { d.open = true })`))
	equal(p, `window.owned === undefined`, true)
	equal(p, `document.querySelectorAll("script").length`, 2)
	equal(p, `document.querySelectorAll("img").length`, 0)
	equal(p, `Array.from(document.links).filter((a) => a.getAttribute("href")[0] !== "#" && !/^https?:$/.test(a.protocol)).length`, 0)
	equal(p, `/[\u202e\u001b\u2028]/.test(document.body.textContent)`, false)
	if got := p.column("3"); !strings.Contains(got[0], `</script>`) || !strings.Contains(got[0], `\u202e\x1b[2J`) {
		t.Errorf("a package: %q", got[0])
	}
	p.click("th [data-sort=id]")
	p.click(".chip.low")
	equal(p, `window.owned === undefined`, true)
}

// TestScreenshots writes pictures for the documentation, and for who changes the look.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("-screenshots names no directory")
	}
	address := page(t, harbour(t))
	for _, s := range []struct {
		name          string
		width, height int64
		before        step
		at            string
	}{
		{"light", 1120, 920, scheme("light"), ""},
		{"dark", 1120, 920, scheme("dark"), "#bumps"},
		{"findings", 1120, 760, scheme("light"), "#findings"},
		{"manifests", 1120, 760, scheme("dark"), "#manifests"},
		{"narrow", 360, 900, scheme("light"), "#findings"},
		{"print", 794, 1120, medium("print"), ""},
	} {
		p := open(t, address, chromedp.EmulateViewport(s.width, s.height), s.before)
		if s.at != "" {
			p.run(script(`document.documentElement.style.scrollBehavior = "auto"; document.querySelector("` + s.at + `").scrollIntoView()`))
		}
		if s.name == "findings" {
			p.run(script(`document.querySelectorAll("#rows details")[1].open = true`))
		}
		shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(shot))
		if err != nil {
			t.Fatal(err)
		}
		var small bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&small, picture); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*screenshots, "html-"+s.name+".png"), small.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

"use strict";
(function () {
  const byId = (id) => document.getElementById(id);

  // element makes one with a class, where it is not empty, and content.
  function element(tag, className, ...content) {
    const e = document.createElement(tag);
    if (className) e.className = className;
    e.append(...content);
    return e;
  }

  // link makes one that leads out, if address may be followed.
  function link(address, text) {
    if (!/^https?:\/\//.test(address)) return text;
    const a = element("a", "", text);
    a.setAttribute("href", address);
    a.setAttribute("rel", "noopener noreferrer");
    return a;
  }

  function startTheme() {
    const button = byId("theme");
    const themes = ["system", "light", "dark"];
    function use(theme) {
      if (theme === "system") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = theme;
      button.textContent = "Theme: " + theme;
    }
    let theme = "system";
    try { // a browser may keep nothing for a file
      theme = localStorage.getItem("plimsoll-theme") || theme;
    } catch {}
    if (!themes.includes(theme)) theme = "system";
    use(theme);
    button.hidden = false;
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      use(theme);
      try { localStorage.setItem("plimsoll-theme", theme); } catch {}
    });
  }

  const levels = ["unknown", "low", "medium", "high", "critical"];

  function startFindings() {
    const island = byId("data");
    if (!island) return;
    const data = JSON.parse(island.textContent);
    const form = byId("filter"), rows = byId("rows"), table = byId("table");
    const where = table.querySelector("[data-sort=at]").textContent;
    const collator = new Intl.Collator("en", { numeric: true });
    let sort = null; // the order of data until a column is chosen
    let shown = data.findings;
    let page = 0;

    // What each column is sorted by, and which end is of interest at first.
    const columns = {
      sev: { of: (f) => f.sev, down: true },
      id: { of: (f) => f.id },
      pkg: { of: (f) => f.pkg },
      st: { of: (f) => data.statuses[f.st] },
      cvss: { of: (f) => f.cvss ?? -1, down: true },
      epss: { of: (f) => f.epss ?? -1, down: true },
      at: { of: (f) => data.wheres[f.at] ?? "" },
    };

    function cell(label, className, ...content) {
      const td = element("td", className, ...content);
      td.dataset.label = label;
      return td;
    }

    function findingRow(f) {
      const word = levels[f.sev];
      const id = [f.link ? link(f.link, f.id) : f.id];
      if (f.kev) {
        const badge = element("span", "badge kev", "KEV");
        badge.title = "known to be exploited";
        id.push(" ", badge);
      }
      return element("tr", "finding",
        cell("Severity", "", element("span", "badge " + word, word.toUpperCase())),
        cell("Vulnerability", "", ...id),
        cell("Package", "", f.pkg),
        cell("Installed", "", f.has),
        cell("Fixed in", "", f.fix || "–"),
        cell("Status", "", data.statuses[f.st]),
        cell("CVSS", "number", f.cvss ? f.cvss.toFixed(1) : "–"),
        cell("EPSS", "number", f.epss === undefined ? "–" : f.epss.toFixed(2) + "%"),
        cell(where, where === "Layer" ? "number" : "", data.wheres[f.at] ?? "–"));
    }

    function detailRow(f) {
      const about = data.details[f.about];
      const detail = element("div", "detail");
      if (about.text) detail.append(element("p", "text", about.text));
      const list = element("dl", "");
      if (f.path) list.append(element("dt", "", "Found in"), element("dd", "", f.path));
      for (const fact of about.facts ?? []) list.append(element("dt", "", fact.n), element("dd", "", fact.v));
      detail.append(list);
      const links = (about.links ?? []).map((address) => link(address, address));
      links.push(...(about.other ?? []));
      if (links.length) detail.append(element("ul", "links", ...links.map((l) => element("li", "", l))));
      const td = element("td", "", element("details", "", element("summary", "", about.title || "Details"), detail));
      td.colSpan = 9;
      return element("tr", "more", td);
    }

    function show() {
      const size = data.pageRows;
      const pages = Math.max(1, Math.ceil(shown.length / size));
      page = Math.min(Math.max(page, 0), pages - 1);
      const part = shown.slice(page * size, (page + 1) * size);
      rows.replaceChildren(...part.flatMap((f) => [findingRow(f), detailRow(f)]));
      const of = shown.length === data.findings.length ? shown.length + "" : shown.length + " (" + data.findings.length + " in all)";
      byId("shown").textContent = part.length ? page * size + 1 + "–" + (page * size + part.length) + " of " + of : "0 of " + data.findings.length;
      byId("page").textContent = "Page " + (page + 1) + " of " + pages;
      byId("pager").hidden = pages === 1;
      byId("previous").disabled = page === 0;
      byId("next").disabled = page === pages - 1;
    }

    // words is what the search looks through, made when it is first needed.
    const words = new Map();
    function matches(f, text) {
      let all = words.get(f);
      if (all === undefined) {
        all = [f.id, f.pkg, f.has, f.fix, f.path, data.details[f.about].title].join("\n").toLowerCase();
        words.set(f, all);
      }
      return all.includes(text);
    }

    function choose() {
      const text = byId("text").value.trim().toLowerCase();
      const wanted = new Set(Array.from(form.querySelectorAll("[name=level]:checked"), (box) => levels.indexOf(box.value)));
      const fix = byId("fix").value, status = byId("status").value;
      const at = byId("where")?.value ?? "", kev = byId("kev")?.checked ?? false;
      shown = data.findings.filter((f) =>
        wanted.has(f.sev) &&
        (fix === "" || (fix === "yes") === Boolean(f.fix)) &&
        (status === "" || data.statuses[f.st] === status) &&
        (at === "" || data.wheres[f.at] === at) &&
        (!kev || f.kev) &&
        (text === "" || matches(f, text)));
      if (sort) {
        const of = columns[sort.key].of, sign = sort.down ? -1 : 1;
        shown.sort((a, b) => {
          const x = of(a), y = of(b);
          return sign * (typeof x === "number" ? x - y : collator.compare(x, y));
        });
      }
      page = 0;
      show();
    }

    for (const button of table.querySelectorAll("th button")) {
      button.disabled = false;
      button.addEventListener("click", () => {
        const key = button.dataset.sort;
        const head = button.closest("th");
        let down = Boolean(columns[key].down);
        if (head.ariaSort !== "none") down = head.ariaSort === "ascending";
        sort = { key, down };
        for (const other of table.querySelectorAll("th[aria-sort]")) other.ariaSort = "none";
        head.ariaSort = down ? "descending" : "ascending";
        choose();
      });
    }
    // The buttons of the chart choose what it is about.
    if (byId("where")) {
      for (const button of document.querySelectorAll(".show")) {
        button.hidden = false;
        button.addEventListener("click", () => {
          form.reset();
          byId("where").value = button.dataset.where;
          choose();
          byId("findings").scrollIntoView();
          byId("where").focus({ preventScroll: true });
        });
      }
    }
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", choose);
    byId("clear").addEventListener("click", () => {
      form.reset();
      choose();
    });
    for (const [id, step] of [["previous", -1], ["next", 1]]) {
      byId(id).addEventListener("click", () => {
        page += step;
        show();
        table.scrollIntoView({ block: "start" });
        if (byId(id).disabled) byId(step > 0 ? "previous" : "next").focus();
      });
    }
    show();
  }

  startTheme();
  startFindings();
})();

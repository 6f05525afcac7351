(async () => {
  const bytes = Uint8Array.from(atob(document.getElementById("data").content.textContent), c => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = await new Response(stream).json();
  const form = document.getElementById("ask"), hits = document.getElementById("hits");
  const told = document.getElementById("told"), answer = document.getElementById("answer");
  const LONG = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  const iso = day => new Date(day * 864e5).toISOString().slice(0, 10);
  const words = day => new Date(day * 864e5).toLocaleDateString("en-GB", LONG);
  const end = Date.parse(data.asof) / 864e5;
  const dotted = code => [code.slice(0, 4), code.slice(4, 6), code.slice(6, 8), code.slice(8)].filter(Boolean).join(".");
  const percent = rate => `${+rate.toFixed(2)}\u00a0%`;
  const duty = step => step[1] !== null ? percent(step[1])
    : step[2] !== null ? `${percent(step[2])} to ${percent(step[3])}` : "not in the schedule, or not known";
  const range = step => step[1] !== null && step[3] > step[2] ? `${percent(step[2])} to ${percent(step[3])}` : "";
  const make = (tag, text, attributes = {}) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const lines = [];
  for (const [importer, side] of Object.entries(data.sides)) {
    side.codes.forEach((code, at) => {
      const said = [6, 8, 10].map(digits => data.words[code.slice(0, digits)] || "").join(" ");
      lines.push({ importer, side, code, at, name: side.names[at], said, all: side.names[at].toLowerCase() });
    });
  }
  const score = (line, asked) => {
    let points = 0;
    for (const word of asked) {
      const stem = word.length > 3 ? word.replace(/(es|s)$/, "") : word;
      if (/^\d+$/.test(word)) { if (!line.code.startsWith(word)) return 0; points += 9; }
      else if (` ${line.said}`.includes(` ${stem}`)) points += line.all.includes(stem) ? 10 : 9;
      else if (line.all.startsWith(stem)) points += 4;
      else if (line.all.includes(` ${stem}`)) points += 2;
      else return 0;
    }
    return points;
  };
  const steps = line => line.side.paths[line.side.path[line.at]];
  const SVG = "http://www.w3.org/2000/svg";
  const draw = line => {
    const path = steps(line), first = path[0][0], wide = Math.min(720, answer.clientWidth || 720), high = 260, left = 46, low = 28;
    const most = Math.max(10, ...path.map(step => step[3] ?? 0));
    const tick = [5, 10, 20, 25, 50, 100].find(step => most <= 5 * step) || 500, top = tick * Math.ceil(most / tick);
    const x = day => left + (day - first) / (end + 1 - first) * (wide - left - 8);
    const y = rate => high - low - rate / top * (high - low - 14);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `${line.side.title}, ${dotted(line.code)}, as steps over time; the table below says the same.`);
    const add = (tag, attributes, text) => {
      const node = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      if (text) node.textContent = text;
      svg.append(node);
      return node;
    };
    for (let rate = 0; rate <= top; rate += tick) {
      add("line", { class: "axis", x1: left, x2: wide - 8, y1: y(rate), y2: y(rate) });
      add("text", { x: left - 6, y: y(rate) + 4, "text-anchor": "end" }, `${rate}\u00a0%`);
    }
    for (let year = 2018; year <= +data.asof.slice(0, 4); year += 2) {
      const day = Date.parse(`${year}-01-01`) / 864e5;
      if (day >= first) add("text", { x: x(day), y: high - 8, "text-anchor": "middle" }, year);
    }
    let drawn = "";
    path.forEach((step, at) => {
      const until = at + 1 < path.length ? path[at + 1][0] : end + 1;
      if (step[2] === null) return;
      const box = add("rect", { class: "band", x: x(step[0]), width: Math.max(0.5, x(until) - x(step[0])), y: y(step[3]), height: Math.max(0, y(step[2]) - y(step[3])) });
      box.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: `${words(step[0])}: ${duty(step)}` }));
      if (step[1] === null) return;
      drawn += `${at && path[at - 1][1] !== null ? "L" : "M"}${x(step[0])} ${y(step[1])}L${x(until)} ${y(step[1])}`;
    });
    add("path", { class: "line", d: drawn });
    return svg;
  };
  const others = line => {
    const { names, index, duties } = data.others, rates = duties[index[line.at]];
    const rows = names.map((name, at) => [name, [0, ...rates[at]]]).filter(([, step]) => step[2] !== null);
    const fold = make("details"), list = make("table"), body = make("tbody"), head = make("tr");
    fold.append(make("summary", `The same product from ${rows.length} other suppliers on ${words(end)}`));
    list.append(make("caption", "The largest suppliers by all US imports of 2024; before any preference that an importer claims, such as USMCA"));
    for (const text of ["From", "Duty", "Range"]) head.append(make("th", text, { scope: "col" }));
    const thead = make("thead"); thead.append(head); list.append(thead, body);
    for (const [name, step] of rows.sort((a, b) => (b[1][1] ?? b[1][2]) - (a[1][1] ?? a[1][2]))) {
      const row = make("tr");
      row.append(make("th", name, { scope: "row" }), make("td", duty(step)), make("td", range(step)));
      body.append(row);
    }
    fold.append(list, make("p", `Every origin: trucewatch lookup ${dotted(line.code)} --origin all`));
    return fold;
  };
  const show = line => {
    const path = steps(line), now = path[path.length - 1], next = line.side.next[line.code];
    const split = now[1] === null && now[2] !== null ? " by statistical number" : "";
    const bounds = range(now) ? ` (${range(now)} by conditions that the code does not show; other metal contents and exclusions apart)` : split;
    const sentence = `${line.side.title} under ${dotted(line.code)} (${line.name}): ${duty(now)}${bounds} on ${words(end)}. Source: trucewatch, law as of ${data.asof}; not a customs ruling.`;
    answer.replaceChildren();
    const box = make("section", "", { class: "duty" });
    box.append(make("h2", `${dotted(line.code)}: ${duty(now)} on ${words(end)}`), make("p", `${line.side.title}${bounds}. ${line.name}${line.name.endsWith("…") ? "" : "."}`));
    if (next) {
      const passed = new Date() >= new Date(next[0] * 864e5);
      box.append(make("p", `By the texts this edition has read, it ${passed ? "was to become" : "becomes"} ${duty(next)} on ${words(next[0])}${passed ? "; what happened on that day is not recorded here" : ""}.`));
    }
    box.append(draw(line));
    const copy = make("button", "Copy this as a sentence", { type: "button" });
    copy.addEventListener("click", () => navigator.clipboard?.writeText(sentence).then(() => { copy.textContent = "Copied"; }));
    const rows = path.map((step, at) => [iso(step[0]), at + 1 < path.length ? iso(path[at + 1][0]) : iso(end + 1), step[1] ?? "", step[2] ?? "", step[3] ?? ""]);
    const csv = ["code,importer,valid_from,valid_to,rate_pct,low_pct,high_pct", ...rows.map(row => [line.code, line.importer, ...row].join(","))].join("\n") + "\n";
    const save = make("a", "CSV", { download: `duty_${line.importer}_${line.code}.csv`, href: URL.createObjectURL(new Blob([csv], { type: "text/csv" })) });
    const links = make("p");
    links.append(copy, " ", save);
    box.append(make("p", sentence, { class: "cite" }), links);
    if (line.importer === "USA") box.append(others(line));
    const table = make("table"), body = make("tbody"), head = make("tr");
    table.append(make("caption", "Every change, the newest first; acts that took effect that day may concern other goods"));
    const ranged = path.some(range);
    for (const text of ["From", "Duty", ...(ranged ? ["Range"] : []), "Acts in effect from that day"]) head.append(make("th", text, { scope: "col" }));
    const thead = make("thead"); thead.append(head); table.append(thead, body);
    for (const step of [...path].reverse()) {
      const row = make("tr"), acts = make("td");
      row.append(make("th", words(step[0]), { scope: "row" }), make("td", duty(step)));
      if (ranged) row.append(make("td", range(step)));
      (data.acts[line.importer][iso(step[0])] || []).forEach(([id, title, text], at) => {
        if (at) acts.append("; ");
        acts.append(make("a", title, { href: `index.html#${id}` }));
        if (text) acts.append(" (", make("a", "text", { href: text, "aria-label": `Text of: ${title}` }), ")");
      });
      row.append(acts);
      body.append(row);
    }
    const scroll = make("div", "", { class: "table-box", role: "region", tabindex: "0", "aria-label": "Every change" });
    scroll.append(table);
    box.append(scroll);
    answer.append(box);
    hits.replaceChildren();
    told.textContent = "";
    history.replaceState(null, "", `#${line.importer}-${line.code}`);
  };
  const search = () => {
    const asked = form.elements.text.value.trim().toLowerCase().replace(/(\d)[.\s](?=\d)/g, "$1").split(/\s+/).filter(Boolean);
    const found = asked.length ? lines.map(line => [score(line, asked), line]).filter(([points]) => points).sort((a, b) => b[0] - a[0]).slice(0, 8) : [];
    hits.replaceChildren(...found.map(([, line]) => {
      const item = make("li"), path = steps(line);
      const button = make("button", `${dotted(line.code)} · ${line.side.title}: ${duty(path[path.length - 1])} · ${line.name}`, { type: "button" });
      button.addEventListener("click", () => show(line));
      item.append(button);
      return item;
    }));
    told.textContent = asked.length ? (found.length ? `The nearest lines; choose one` : "No line found; try another word or a code.") : "";
  };
  form.hidden = false;
  form.addEventListener("submit", event => { event.preventDefault(); hits.querySelector("button")?.click(); });
  form.addEventListener("input", search);
  const wanted = location.hash.slice(1).split("-"), line = lines.find(one => one.importer === wanted[0] && one.code === wanted[1]);
  if (line) show(line);
  document.documentElement.dataset.ready = "yes";
})();


"use strict";
// Shows the data block: a list of filings that can be filtered, sorted and opened. Every text of the data becomes a
// text node or an attribute of one of the names below; nothing is parsed as HTML. Only what is seen is in the page.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const SIGNS = { unusable: "×", error: "■", warning: "▲", info: "●", pass: "√", waived: "○", unchecked: "？", replaced: "－", unread: "◇", missing: "□" };
const LEVELS = { ...data.severities, waived: "已说明" };
const ON_A_PAGE = 100;
const UNITS_ON_A_PAGE = 20;
const MANY = 300;
const FEW = 10;
const GRADES = "优良中差";
const STATES = Object.keys(data.states).reverse();
const UNIT_STATES = Object.keys(data.unitStates).reverse();
const collator = new Intl.Collator("zh-Hans-CN", { numeric: true });

// How the list can be sorted: head, class, the value compared (null comes last), whether large comes first.
const number = (text) => (text === undefined ? null : Number(text));
const COLUMNS = {
  unit: ["单位", "name", (one) => one.title, false],
  state: ["结论", "state", (one) => STATES.indexOf(one.state), false],
  grade: ["等级", "grade", (one) => (one.grade ? GRADES.indexOf(one.grade) : null), false],
  total: ["总分", "number total", (one) => number(one.total ?? one.stated), false],
  error: ["错误", "number", (one) => one.counts.error, true],
  warning: ["警告", "number", (one) => one.counts.warning, true],
  info: ["提示", "number", (one) => one.counts.info, true],
  file: ["文件", "file", (one) => one.file, false],
};

// The columns of the units: head, class, what stands there.
const UNIT_COLUMNS = [
  ["单位", "name", (one) => one.unit],
  ["状态", "state", (one) => badge(one.state, data.unitStates[one.state])],
  ["类别", "group", (one) => one.group],
  ["文件", "file", (one) => one.file],
  ["轮次", "number round", (one) => one.round],
  ["收到", "filed", (one) => one.filed],
  ["错误", "number", (one) => one.counts?.error],
  ["警告", "number", (one) => one.counts?.warning],
  ["提示", "number", (one) => one.counts?.info],
  ["已说明", "number", (one) => one.counts?.waived],
  ["联系方式", "contact", (one) => one.contact],
];

// What is shown stands in the address behind #, so that a view can be kept and passed on.
const DEFAULTS = {
  state: "", severity: "", rule: "", unit: "", text: "",
  of: "", member: "", units: "1", others: "1", sort: "state", page: "1", open: data.filings.length === 1 ? "1" : "",
};
let query = { ...DEFAULTS };
let opened = new Set();
let shown = [];
const units = data.units.map((unit, place) => ({ unit, place }));
units.sort((one, other) => UNIT_STATES.indexOf(one.unit.state) - UNIT_STATES.indexOf(other.unit.state) || one.place - other.place);

/** Make an element; attribute names are ours, values and children become text. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const plain = (text) => text.normalize("NFKC").toLowerCase();
const words = (text) => plain(text).split(/\s+/).filter(Boolean);
const level = (finding) => (finding.waived ? "waived" : finding.severity);
const place = (finding) => finding.sheet ? finding.sheet + (finding.cell ? "!" + finding.cell : "") : "整个文件";
const ruleOf = (filing, code) => data.rules[filing.set ?? ""]?.[code] ?? {};
const whose = (filing) => (filing.whose ??= plain(filing.title + "\n" + filing.file));
const about = (filing) => (filing.said ??= plain([whose(filing), filing.verdict, ...(filing.about ?? [])].join("\n")));
const inside = (filing, finding) => (finding.said ??= plain(
  [place(finding), finding.form, finding.field, finding.code, ruleOf(filing, finding.code).title, finding.message, finding.waived].join("\n"),
));

/** Give the findings of a filing that are wanted; null if the filing is not. */
function wanted(filing) {
  if (query.state && filing.state !== query.state) return null;
  if (!words(query.unit).every((word) => whose(filing).includes(word))) return null;
  const rest = words(query.text).filter((word) => !about(filing).includes(word));
  if (!query.severity && !query.rule && !rest.length) return filing.findings;
  const found = filing.findings.filter((one) =>
    (!query.severity || level(one) === query.severity) && (!query.rule || one.code === query.rule)
    && rest.every((word) => inside(filing, one).includes(word)));
  return found.length ? found : null;
}

function compare(one, other) {
  const down = query.sort.startsWith("-");
  const [, , value] = COLUMNS[query.sort.replace("-", "")];
  const [a, b] = [value(one.filing), value(other.filing)];
  if (a === null || b === null) return (a === null) - (b === null) || one.place - other.place;
  const order = typeof a === "string" ? collator.compare(a, b) : a - b;
  return (down ? -order : order) || one.place - other.place;
}

/** Find what is wanted, and show it. */
function refresh() {
  shown = [];
  data.filings.forEach((filing, place) => {
    const findings = wanted(filing);
    if (findings) shown.push({ filing, findings, place });
  });
  shown.sort(compare);
  draw();
}

/** Give the number of pages, and the page wanted if there is such a page. */
function paged(wanted, count, size) {
  const pages = Math.max(Math.ceil(count / size), 1);
  return [Math.min(Math.max(Number.parseInt(wanted, 10) || 1, 1), pages), pages];
}

const known = (unit) => (unit.known ??= plain([unit.unit, unit.code, unit.group, unit.file].join("\n")));
const wantedUnits = () => units.filter(({ unit }) =>
  (!query.of || unit.state === query.of) && words(query.member).every((word) => known(unit).includes(word)));

/** Show a part of a list of units or files, and the buttons to turn its pages. */
function part(name, nav, entries, size, row) {
  const [page, pages] = paged(query[name], entries.length, size);
  query[name] = String(page);
  rows(byId(name), entries.slice((page - 1) * size, page * size).map(row));
  byId(nav).hidden = pages === 1;
  byId(nav).children[0].disabled = page === 1;
  byId(nav).children[1].textContent = `第${page}页，共${pages}页`;
  byId(nav).children[2].disabled = page === pages;
}

const rows = (table, lines) => table.querySelector("tbody").replaceChildren(...lines);

/** Draw the units of the roster and the files that were not checked. */
function drawUnits() {
  const found = wantedUnits();
  part("units", "unit-pages", found, UNITS_ON_A_PAGE, unitLine);
  part("others", "other-pages", data.others, UNITS_ON_A_PAGE, otherLine);
  const conditions = [query.of && `状态“${data.unitStates[query.of] ?? query.of}”`, query.member.trim() && `含“${query.member.trim()}”`].filter(Boolean);
  const all = conditions.length ? `符合${conditions.join("、")}的` : "共";
  byId("unit-status").textContent = `${all}${found.length.toLocaleString("zh-CN")}个单位`
    + (conditions.length ? `（全部${units.length.toLocaleString("zh-CN")}个）` : "");
  if (byId("member").value !== query.member) byId("member").value = query.member;
  for (const button of byId("unit-states").children) button.setAttribute("aria-pressed", button.value === query.of);
}

function unitLine({ unit }) {
  const line = make("tr", { class: "line" });
  for (const [head, kind, value] of UNIT_COLUMNS) {
    const zero = value(unit) === 0 ? " zero" : "";
    const cell = kind === "name" ? make("th", { scope: "row", class: kind }) : make("td", { class: kind + zero, ...(["file", "state"].includes(kind) ? {} : { "data-head": head }) });
    cell.append(value(unit) ?? "");
    line.append(cell);
  }
  if (unit.code) line.firstChild.append(make("small", {}, unit.code));
  for (const remark of unit.remarks ?? []) line.firstChild.append(make("p", { class: "remark" }, remark));
  return line;
}

const otherLine = ({ file, unit, what }) => make(
  "tr", { class: "line" }, make("th", { scope: "row", class: "name" }, file), make("td", { class: "unit" }, unit), make("td", { class: "what" }, what),
);

function draw() {
  const [page, pages] = paged(query.page, shown.length, ON_A_PAGE);
  query.page = String(page);
  query.open = [...opened].sort((a, b) => a - b).join(",");
  list(shown.slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE));
  byId("pages").hidden = pages === 1;
  byId("page").textContent = `第${page}页，共${pages}页`;
  byId("back").disabled = page === 1;
  byId("next").disabled = page === pages;
  byId("status").textContent = status();
  drawUnits();
  for (const name of ["severity", "rule", "unit", "text"]) {
    if (byId(name).value !== query[name]) byId(name).value = query[name];
  }
  for (const button of byId("states").children) button.setAttribute("aria-pressed", button.value === query.state);
  for (const head of byId("heads").children) {
    const name = query.sort.replace("-", "");
    const order = query.sort.startsWith("-") ? "descending" : "ascending";
    head.setAttribute("aria-sort", head.dataset.column === name ? order : "none");
    head.querySelector("i").textContent = head.dataset.column === name ? (order === "ascending" ? " ↑" : " ↓") : "";
  }
  keep();
}

function list(entries) {
  byId("filings").querySelectorAll("tbody").forEach((body) => body.remove());
  byId("filings").append(...entries.map(line));
}

/** Say what is shown and by which conditions, for the screen and for the printed page. */
function status() {
  const counted = shown.filter(({ filing }) => filing.state !== "replaced" || query.state === "replaced");
  const findings = counted.reduce((sum, one) => sum + one.findings.length, 0);
  const conditions = [
    query.state && `结论“${data.states[query.state] ?? query.state}”`,
    query.severity && `级别“${LEVELS[query.severity] ?? query.severity}”`,
    query.rule && `规则“${query.rule}”`,
    query.unit.trim() && `单位、文件含“${query.unit.trim()}”`,
    query.text.trim() && `文字含“${query.text.trim()}”`,
  ].filter(Boolean);
  const all = conditions.length ? `符合${conditions.join("、")}的` : "共";
  return `${all}${shown.length.toLocaleString("zh-CN")}份，${findings.toLocaleString("zh-CN")}项问题`
    + (conditions.length ? `（全部${data.filings.length.toLocaleString("zh-CN")}份）` : "");
}

/** Keep the view in the address; very many findings are laid out only when they come into sight. */
function keep() {
  byId("filings").classList.toggle("many", document.getElementsByClassName("finding").length > MANY);
  const changed = Object.entries(query).filter(([name, value]) => value !== DEFAULTS[name]);
  const hash = new URLSearchParams(changed).toString();
  if (hash !== location.hash.slice(1)) history.replaceState(null, "", `#${hash}`);
}

const badge = (kind, word) => make("span", { class: `badge ${kind}` }, make("span", { "aria-hidden": "true" }, `${SIGNS[kind]} `), word);

/** The line of a filing, and its findings if it is open. */
function line(entry) {
  const { filing, findings, place } = entry;
  const open = opened.has(place + 1);
  const body = make("tbody", { class: open ? "opened" : "" });
  const toggle = make("button", { type: "button", class: "toggle", "aria-expanded": open }, make("span", {}, filing.title));
  toggle.addEventListener("click", () => {
    if (!opened.delete(place + 1)) opened.add(place + 1);
    query.open = [...opened].sort((a, b) => a - b).join(",");
    const fresh = line(entry);
    body.replaceWith(fresh);
    fresh.querySelector(".toggle").focus();
    keep();
  });
  const name = make("th", { scope: "row", class: "name" }, toggle);
  if (findings.length < filing.findings.length) name.append(make("small", { class: "some" }, `符合${findings.length}项，共${filing.findings.length}项`));
  const total = make("td", { class: "number total", "data-head": COLUMNS.total[0] }, filing.total ?? filing.stated ?? "");
  if (filing.total && filing.stated) total.append(make("small", {}, `填报${filing.stated}`));
  const count = (severity) => make(
    "td", { class: `number${filing.counts[severity] ? "" : " zero"}`, "data-head": COLUMNS[severity][0] }, filing.counts[severity],
  );
  const state = make("td", { class: "state" }, badge(filing.state, data.states[filing.state]));
  if (filing.waived) state.append(make("small", {}, `另有已说明${filing.waived}项`));
  body.append(make(
    "tr", { class: "line" }, name, state, make("td", { class: "grade", "data-head": COLUMNS.grade[0] }, filing.grade ?? ""), total,
    count("error"), count("warning"), count("info"), make("td", { class: "file" }, filing.file),
  ));
  if (open) body.append(make("tr", { class: "inside" }, make("td", { colspan: Object.keys(COLUMNS).length }, details(entry))));
  return body;
}

function details({ filing, findings }) {
  const known = [filing.year && `${filing.year}年度`, filing.set && `套表${filing.set}`, filing.summary].filter(Boolean).join("，");
  const box = make("div", { class: "details" }, make("p", { class: "verdict" }, filing.verdict));
  for (const text of [known, ...(filing.about ?? [])]) if (text) box.append(make("p", { class: "about" }, text));
  const parts = make("div", { class: "findings" });
  let sheet;
  for (const one of [...findings].sort((a, b) => order(filing, a) - order(filing, b))) {
    if (one.sheet !== sheet && one.sheet) parts.append(make("h3", {}, one.sheet + (one.form ? `（${one.form}）` : "")));
    sheet = one.sheet;
    parts.append(item(filing, one));
  }
  box.append(parts);
  return box;
}

/** Findings on one sheet stand together, sheets in the order in which they come up. */
const order = (filing, finding) => filing.findings.findIndex((one) => one.sheet === finding.sheet);

function item(filing, finding) {
  const kind = level(finding);
  const head = make("div", {}, badge(kind, data.severities[finding.severity] + (finding.waived ? "，已说明" : "")), make("span", { class: "place" }, place(finding)));
  if (finding.field) head.append(make("span", { class: "field" }, finding.field));
  const said = make("div", { class: "words" }, head, make("p", { class: "message" }, finding.message));
  if (finding.waived) said.append(make("p", { class: "reason" }, `审核说明：${finding.waived}`));
  said.append(rule(filing, finding.code));
  const box = make("div", { class: `finding ${kind}` }, said);
  if (finding.excerpt) {
    box.classList.add("shown");
    box.append(excerpt(finding));
  }
  return box;
}

/** The rule's code and title; with what the catalogue says of it, if it says more. */
function rule(filing, code) {
  const { title, why, fix, source } = ruleOf(filing, code);
  const name = title ? `${code}　${title}` : code;
  if (!why) return make("p", { class: "rule" }, `规则 ${name}`);
  const lines = [["为什么", why], ["怎么办", fix && `${fix}。`], ["依据", source]].filter(([, text]) => text);
  return make("details", {}, make("summary", {}, `规则 ${name}`), ...lines.map(([what, text]) => make("p", {}, `${what}：${text}`)));
}

function excerpt(finding) {
  const { rows, cols, cells } = finding.excerpt;
  const table = make("table", { class: "excerpt" }, make("caption", { class: "unseen" }, `${place(finding)}及其周围的单元格`));
  table.append(make("tr", {}, make("th", {}), ...cols.map((col) => make("th", { scope: "col" }, col))));
  // The head of the column and the label of the row may stand further off: a double line says that something is left out.
  const above = rows[1] - rows[0] > 1;
  const beside = ordinal(cols[1]) - ordinal(cols[0]) > 1;
  cells.forEach((texts, i) => table.append(make("tr", above && i === 0 ? { class: "above" } : {}, make("th", { scope: "row" }, rows[i]), ...texts.map((text, j) => {
    const here = `${cols[j]}${rows[i]}` === finding.cell;
    const kind = here ? "here" : beside && j === 0 ? "beside" : "";
    return make("td", { ...(kind && { class: kind }), ...(here && { "aria-current": "true" }) }, make("div", {}, text));
  }))));
  return table;
}

/** The number of a column: A is 1, AB is 28. */
const ordinal = (letters) => [...(letters ?? "")].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

/** The head of the page: what the run comes to. */
function facts() {
  const { missing, unlisted, skipped, interrupted, roster, roster_line: read, files, total } = data.facts;
  const box = byId("facts");
  const names = (what, ones) => box.append(make("details", {}, make("summary", {}, `${what}${ones.length}个单位`), make("p", {}, ones.join("、"))));
  if (data.made) {
    byId("made").textContent = data.made;
    byId("made").hidden = false;
  }
  if (data.counted) box.append(make("p", {}, data.counted));
  if (interrupted) box.append(make("p", { class: "notice" }, `核对中途停止：${total}个文件中只完成了${files}个。`));
  const passed = Object.entries(skipped).map(([reason, count]) => `${count}个${reason}`);
  if (passed.length) box.append(make("p", {}, `跳过：${passed.join("，")}`));
  if (data.years) box.append(make("p", {}, `年度：${data.years}。`));
  if (roster) box.append(make("p", {}, `名单上${roster}个单位。`));
  if (read) box.append(make("p", {}, read));
  if (data.others.length) box.append(make("p", {}, `另有${data.others.length}个文件没有核对，列在最后。`));
  if (missing.length) names("没有报送的", missing);
  if (unlisted.length) names("不在名单上的", unlisted);
}

/** What somebody has to decide: which of several versions counts, which names mean one unit. */
function questions() {
  const { unclear, alike } = data.facts;
  for (const [head, lines] of [[data.unclear, unclear], [`${alike.length}处请核对：`, alike]]) {
    if (!lines.length) continue;
    const box = make("details", { class: "notice", ...(lines.length <= FEW && { open: "" }) }, make("summary", {}, head));
    box.append(make("ul", {}, ...lines.map((line) => make("li", {}, line))));
    byId("questions").append(box);
    byId("questions").hidden = false;
  }
}

/** The parts about units and files that were not checked; a page without them is as if they did not exist. */
function unitControls() {
  const counts = {};
  for (const { state } of data.units) counts[state] = (counts[state] ?? 0) + 1;
  const tiles = [["", "全部", data.units.length], ...UNIT_STATES.filter((state) => counts[state]).map((state) => [state, data.unitStates[state], counts[state]])];
  byId("unit-states").append(...tiles.map(([state, word, count]) => tile(state, word, count, () => turned({ of: query.of === state ? "" : state, units: "1" }))));
  byId("unit-heads").append(...UNIT_COLUMNS.map(([head, kind]) => make("th", { scope: "col", class: kind }, head)));
  for (const [name, nav] of [["units", "unit-pages"], ["others", "other-pages"]]) {
    const turn = (word, step) => {
      const button = make("button", { type: "button" }, word);
      button.addEventListener("click", () => turned({ [name]: String(Number(query[name]) + step) }));
      return button;
    };
    byId(nav).append(turn("上一页", -1), make("span", {}), turn("下一页", 1));
  }
  byId("roster").hidden = !data.units.length;
  byId("unread").hidden = !data.others.length;
  byId("checked").hidden = !data.units.length && !data.others.length;
}

/** A button with a number that shows one state only. */
function tile(state, word, count, click) {
  const sign = state ? [make("span", { "aria-hidden": "true" }, `${SIGNS[state]} `)] : [];
  const button = make("button", { type: "button", class: state, value: state }, make("b", {}, count.toLocaleString("zh-CN")), ...sign, word);
  button.addEventListener("click", click);
  return button;
}

/** The buttons, choices and heads that are made from the data. */
function controls() {
  const states = {};
  const codes = new Map();
  for (const filing of data.filings) {
    states[filing.state] = (states[filing.state] ?? 0) + 1;
    if (filing.state === "replaced") continue;
    for (const { code } of filing.findings) {
      const known = codes.get(code) ?? { title: ruleOf(filing, code).title, count: 0 };
      codes.set(code, { ...known, count: known.count + 1 });
    }
  }
  const met = STATES.filter((state) => !["replaced", "unchecked"].includes(state) || states[state]);
  const tiles = [["", "全部", data.filings.length], ...met.map((state) => [state, data.states[state], states[state] ?? 0])];
  byId("states").append(...tiles.map(([state, word, count]) => tile(state, word, count, () => change({ state: query.state === state ? "" : state }))));
  for (const [value, word] of Object.entries(LEVELS)) byId("severity").append(make("option", { value }, word));
  for (const [code, { title, count }] of [...codes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    byId("rule").append(make("option", { value: code }, `${code}　${title ?? ""}（${count}）`));
  }
  for (const [column, [word, kind, , largeFirst]] of Object.entries(COLUMNS)) {
    const button = make("button", { type: "button" }, word, make("i", { "aria-hidden": "true" }));
    const first = largeFirst ? `-${column}` : column;
    const other = largeFirst ? column : `-${column}`;
    button.addEventListener("click", () => change({ sort: query.sort === first ? other : first }));
    byId("heads").append(make("th", { scope: "col", class: kind, "data-column": column }, button));
  }
}

function change(part) {
  query = { ...query, page: "1", ...part };
  refresh();
}

/** Show another page of units or files; the filings stay as they are. */
function turned(part) {
  query = { ...query, ...part };
  drawUnits();
  keep();
}

/** Take over what the address says. */
function follow() {
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  query = Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [name, given[name] ?? value]));
  if (!Object.keys(COLUMNS).includes(query.sort.replace("-", ""))) query.sort = DEFAULTS.sort;
  opened = new Set(query.open.split(",").map(Number).filter((place) => place > 0));
  refresh();
}

/** On paper stands all that is wanted, opened. */
function print() {
  const kept = opened;
  opened = new Set(shown.map((one) => one.place + 1));
  list(shown);
  rows(byId("units"), wantedUnits().map(unitLine));
  rows(byId("others"), data.others.map(otherLine));
  opened = kept;
}

controls();
unitControls();
facts();
questions();
follow();
byId("wait").hidden = true;
byId("main").hidden = false;
for (const name of ["severity", "rule", "unit", "text"]) byId(name).addEventListener("input", () => change({ [name]: byId(name).value }));
byId("member").addEventListener("input", () => turned({ member: byId("member").value, units: "1" }));
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("clear").addEventListener("click", () => change({ state: "", severity: "", rule: "", unit: "", text: "" }));
byId("back").addEventListener("click", () => change({ page: String(Number(query.page) - 1) }));
byId("next").addEventListener("click", () => change({ page: String(Number(query.page) + 1) }));
byId("open").addEventListener("click", () => {
  const first = (Number(query.page) - 1) * ON_A_PAGE;
  for (const { place } of shown.slice(first, first + ON_A_PAGE)) opened.add(place + 1);
  draw();
});
byId("close").addEventListener("click", () => {
  opened.clear();
  draw();
});
byId("print").addEventListener("click", () => window.print());
window.addEventListener("hashchange", follow);
window.addEventListener("beforeprint", print);
window.addEventListener("afterprint", draw);

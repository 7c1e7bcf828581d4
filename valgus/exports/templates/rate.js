
// --- rating ---

// Which pictures are meant: an answer kept for others must never be shown.
const KEPT_AS = `valgus rate ${JSON.stringify([DATA.clip.clip_sha256, DATA.legs, DATA.rater])}`;
const say = (id, words) => { document.getElementById(id).textContent = words; };
let state = unanswered(), wanted = null, keeps = true, saved = true;
const past = [];
const board = new Board(picture().size_px, {
  closest_px: picture().size_px[1] / 9,
  marks: () => Object.values(answer().points),
  add: set,
  before: remember,
  after: () => { keep(); tell(); },
  back: undo,
  enter: () => go(state.shown + 1),
});

function unanswered() {
  return { answers: DATA.legs.map(() => ({ points: {}, unjudged: false })), shown: 0, pelvis: false, rater: DATA.rater };
}
function picture() { return DATA.pictures[DATA.legs[state.shown].rep]; }
function answer() { return state.answers[state.shown]; }
function asked() { return DATA.landmarks.filter(landmark => landmark.needed || state.pelvis); }
function isDone({ points, unjudged }) { return unjudged || DATA.landmarks.every(({ name, needed }) => !needed || points[name]); }

// --- what a rater does ---

function next() {
  if (answer().unjudged) return undefined;
  return asked().find(({ name }) => name === wanted) ?? asked().find(({ name }) => !answer().points[name]);
}
function set(at) {
  const landmark = next();
  if (!landmark) return null;
  remember();
  wanted = null;
  answer().points[landmark.name] = { at, label: landmark.label };
  return answer().points[landmark.name];
}
function remember() { past.push(JSON.stringify(state)); saved = false; }
function undo() {
  if (!past.length) return;
  const { shown, rater } = state;
  state = { ...JSON.parse(past.pop()), rater };
  wanted = null;
  if (state.shown !== shown) board.show(picture().jpeg);
  board.last = null;
}
function go(to) {
  state.shown = within(to, 0, DATA.legs.length - 1);
  wanted = null;
  board.show(picture().jpeg);
  board.changed();
}

// --- what is kept ---

function keep() {
  try { localStorage.setItem(KEPT_AS, JSON.stringify(state)); }
  catch { keeps = false; } // not every browser keeps anything for a page that is a file
}
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT_AS));
    return found?.answers?.length === DATA.legs.length ? found : null;
  } catch { keeps = false; return null; }
}

// --- the table ---

function cells(leg, { points, unjudged }) {
  const row = { ...DATA.clip, ...leg, rater: state.rater }, { origin_px } = DATA.pictures[leg.rep];
  for (const { name, columns } of DATA.landmarks) {
    const at = unjudged ? undefined : points[name]?.at;
    columns.forEach((column, axis) => { row[column] = at ? (at[axis] + origin_px[axis]).toFixed(2) : ""; });
  }
  return DATA.columns.map(column => quoted(asCell(String(row[column]))));
}
// As in every table: what a spreadsheet would take for a formula is marked as text.
function asCell(text) { return /^[=+\-@\t]/.test(text) && isNaN(text) ? `'${text}` : text.replaceAll("\r", " "); }
function quoted(text) { return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text; }
function table() {
  const rated = DATA.legs.map((leg, k) => [leg, state.answers[k]]).filter(([, given]) => isDone(given));
  rated.sort(([a], [b]) => a.rep - b.rep || a.side.localeCompare(b.side));
  return [DATA.columns, ...rated.map(([leg, given]) => cells(leg, given))].map(row => `${row.join(",")}\n`).join("");
}
function download() {
  const order = DATA.seed === null ? [] : [`shuffle${DATA.seed}`];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([table()], { type: "text/csv" }));
  link.download = [DATA.clip.clip, state.rater, ...order, "clicks.csv"].join(".").replace(/[^\p{L}\p{N}._-]+/gu, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  saved = true;
}

// --- what is said ---

function tell() {
  const leg = DATA.legs[state.shown], done = state.answers.filter(isDone).length, of = DATA.legs.length;
  const there = leg.inside === "left" ? "right" : "left";
  say("which", `Picture ${state.shown + 1} of ${of}: the person's ${leg.side} leg, on the ${there} of the picture`);
  const landmark = next();
  say("now", landmark ? `Click the ${landmark.words}.` : finished(done === of));
  say("how", landmark ? landmark.how : "");
  say("progress", `${done} of ${of} reps done`);
  document.getElementById("undo").disabled = !past.length;
  document.getElementById("before").disabled = state.shown === 0;
  document.getElementById("next").disabled = state.shown === of - 1;
  document.getElementById("unjudged").checked = answer().unjudged;
  document.getElementById("pelvis").checked = state.pelvis;
  document.getElementById("download").disabled = !done || !state.rater.trim();
  say("told", told(of - done));
  list("landmarks", asked(), ({ name, label }) => [label, name === landmark?.name, answer().points[name] ? "done" : ""], ({ name }) => { wanted = name; tell(); });
  list("pictures", state.answers, (given, k) => [k + 1, k === state.shown, given.unjudged ? "unjudged" : isDone(given) ? "done" : ""], (_, k) => go(k));
}
function finished(all) {
  const what = answer().unjudged ? "Marked as not to be judged." : "All points are there: check them.";
  return `${what} ${all ? "Then download the table." : "Then go on to the next picture."}`;
}
function told(missing) {
  const name = state.rater.trim() ? "" : "Give a name for the rater. ";
  const left = missing ? `The table leaves out ${missing === 1 ? "the one" : `the ${missing}`} that ${missing === 1 ? "is" : "are"} not done. ` : "";
  return name + left + (keeps ? "Points stay in this browser until you start over." : "This browser keeps nothing: download the table before you close or reload the page.");
}
function list(id, items, shown, act) {
  const mark = id === "pictures" ? "aria-current" : "aria-pressed";
  document.getElementById(id).replaceChildren(...items.map((item, k) => {
    const button = document.createElement("button"), [words, chosen, css] = shown(item, k), entry = document.createElement("li");
    Object.assign(button, { textContent: words, className: css });
    button.setAttribute(mark, chosen);
    button.addEventListener("click", () => act(item, k));
    entry.append(button);
    return entry;
  }));
}

// --- begin ---

function on(id, event, act) {
  document.getElementById(id).addEventListener(event, ({ target }) => { act(target); board.changed(); });
}
on("undo", "click", undo);
on("before", "click", () => go(state.shown - 1));
on("next", "click", () => go(state.shown + 1));
on("unjudged", "change", box => { remember(); answer().unjudged = box.checked; });
on("pelvis", "change", box => { remember(); state.pelvis = box.checked; });
on("rater", "input", field => { state.rater = field.value; });
on("again", "click", () => { remember(); state = { ...unanswered(), rater: state.rater, pelvis: state.pelvis }; go(0); });
on("download", "click", download);
addEventListener("beforeunload", event => { if (!keeps && !saved) event.preventDefault(); });
state = kept() ?? state;
document.getElementById("rater").value = state.rater;
go(state.shown);


// --- the two stickers ---

const copy = document.getElementById("copy");
let points = [];
const board = new Board(DATA.size_px, {
  closest_px: DATA.size_px[1] / 30,
  marks: () => points,
  add: at => {
    if (points.length === 2) return null;
    points.push({ at, label: points.length + 1 });
    return points[points.length - 1];
  },
  before: () => {},
  after: tell,
  back: () => { points.pop(); },
  enter: () => {},
});

function tell() {
  const done = points.length === 2;
  const places = points.flatMap(point => point.at).map(number => number.toFixed(1)).join(",");
  const option = done ? `--stickers ${places}@${DATA.seconds}` : "";
  document.getElementById("option").textContent = option;
  document.getElementById("command").textContent = done ? `valgus analyze ${DATA.clip} ${option}` : "";
  document.getElementById("state").textContent = ["No sticker yet.", "One sticker; now the other.", "Both stickers are there."][points.length];
  copy.disabled = !done;
}
document.getElementById("again").addEventListener("click", () => { points = []; board.changed(); });
copy.addEventListener("click", async () => {
  const command = document.getElementById("command");
  try { await navigator.clipboard.writeText(command.textContent); }
  catch { // A file:// page may have no clipboard: select it, and copy as browsers always could.
    getSelection().selectAllChildren(command); document.execCommand("copy");
  }
  copy.textContent = "Copied";
  setTimeout(() => { copy.textContent = "Copy the command"; }, 1500);
});
board.show(DATA.jpeg);
board.changed();

"use strict";
// A picture on which points are set, dragged and nudged, with a loupe and a zoom.
const DATA = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const CLOSEST = 12; // times

function within(value, least, most) { return Math.min(Math.max(value, least), most); }
function drawn(kind, attributes, parent) {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent.append(element);
  return element;
}

class Board {
  // Places are in pixels of the picture, which are those of the clip; (0, 0) is the outer corner of the first one.
  // The page says which points there are, marks() as [{ at: [x, y], label }], makes one more where it wants
  // one, add(at), and is told before() and after() every change; back() and enter() are keys. The loupe shows
  // page.closest_px of the picture.
  constructor([width, height], page) {
    Object.assign(this, { width, height, page, last: null, dragged: null, fresh: false, moved: false, box: null });
    this.fingers = new Map();
    this.overlay = document.getElementById("overlay");
    this.loupe = document.getElementById("loupe");
    this.picture = drawn("image", { width, height, preserveAspectRatio: "none" }, this.overlay);
    this.layer = drawn("g", {}, this.overlay);
    document.querySelector("main").style.setProperty("--ratio", width / height);
    this.look([0, 0, width, height]);
    this.listen();
  }

  listen() {
    const on = (name, act) => this.overlay.addEventListener(name, act.bind(this), { passive: false });
    on("pointerdown", this.press);
    on("pointermove", this.move);
    on("pointerup", this.release);
    on("pointercancel", this.release);
    on("keydown", this.key);
    on("wheel", event => { event.preventDefault(); this.zoom(Math.exp(-event.deltaY / 400), this.place(event)); });
    const middle = () => this.last?.at ?? [this.box[0] + this.box[2] / 2, this.box[1] + this.box[3] / 2];
    document.getElementById("closer").addEventListener("click", () => this.zoom(1.6, middle(), true));
    document.getElementById("farther").addEventListener("click", () => this.zoom(1 / 1.6, middle()));
    document.getElementById("whole").addEventListener("click", () => this.look([0, 0, this.width, this.height]));
    addEventListener("resize", () => this.draw());
  }

  // --- what is seen ---

  show(jpeg) {
    this.still = new Image();
    this.still.src = `data:image/jpeg;base64,${jpeg}`;
    this.picture.setAttribute("href", this.still.src);
    this.last = this.dragged = null;
    this.look([0, 0, this.width, this.height]);
    const still = this.still;
    still.decode().then(() => { if (still === this.still) this.magnify([this.width / 2, this.height / 2]); });
  }
  look([x, y, width, height]) {
    this.box = [within(x, 0, this.width - width), within(y, 0, this.height - height), width, height];
    this.overlay.setAttribute("viewBox", this.box.join(" "));
    this.draw();
  }
  // Come closer by a factor, with a place staying where it is, or coming to the middle.
  zoom(factor, [x, y], centred = false) {
    const width = within(this.box[2] / factor, this.width / CLOSEST, this.width);
    const height = width * this.height / this.width, share = width / this.box[2];
    if (centred) this.look([x - width / 2, y - height / 2, width, height]);
    else this.look([x - (x - this.box[0]) * share, y - (y - this.box[1]) * share, width, height]);
  }
  place(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.overlay.getScreenCTM().inverse());
    return this.inside([at.x, at.y]);
  }
  inside([x, y]) { return [within(x, 0, this.width), within(y, 0, this.height)]; }
  onScreen(length) { return length / this.overlay.getScreenCTM().a; }

  draw() {
    this.layer.replaceChildren();
    const radius = this.onScreen(11), thin = this.onScreen(1.5);
    const arm = radius * .7, gap = radius * .6;
    for (const { at: [x, y], label } of this.page.marks()) {
      const d = `M${x - radius} ${y}h${arm}m${gap} 0h${arm}M${x} ${y - radius}v${arm}m0 ${gap}v${arm}`;
      for (const [stroke, width] of [["#000", 2 * thin], ["#fff", thin]]) {
        drawn("circle", { cx: x, cy: y, r: radius, fill: "none", stroke, "stroke-width": width }, this.layer);
        drawn("path", { d, fill: "none", stroke, "stroke-width": width }, this.layer);
      }
      const words = { x: x + 1.3 * radius, y: y - radius, "font-size": this.onScreen(15), fill: "#fff", stroke: "#000", "stroke-width": thin, "paint-order": "stroke" };
      drawn("text", words, this.layer).textContent = label;
    }
  }
  magnify([x, y]) {
    const context = this.loupe.getContext("2d"), size = this.loupe.width, across = this.page.closest_px;
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, size, size);
    context.drawImage(this.still, x - across / 2, y - across / 2, across, across, 0, 0, size, size);
    for (const [colour, width] of [["#000", 4], ["#fff", 2]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width });
      context.beginPath();
      for (const [from, to] of [[0, .45], [.55, 1]]) {
        context.moveTo(size / 2, from * size); context.lineTo(size / 2, to * size);
        context.moveTo(from * size, size / 2); context.lineTo(to * size, size / 2);
      }
      context.stroke();
    }
  }

  // --- what is done ---

  changed() { this.draw(); this.page.after(); }
  under([x, y]) {
    const far = mark => Math.hypot(mark.at[0] - x, mark.at[1] - y);
    const nearest = [...this.page.marks()].sort((a, b) => far(a) - far(b))[0];
    return nearest && far(nearest) < this.onScreen(14) ? nearest : null;
  }
  press(event) {
    event.preventDefault();
    this.overlay.focus({ preventScroll: true });
    this.overlay.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.fingers.size > 1) { this.pinchInstead(); return; }
    const at = this.place(event), hit = this.under(at);
    this.fresh = !hit;
    this.moved = false;
    this.dragged = hit ?? this.page.add(at);
    this.last = this.dragged ?? this.last;
    this.loupe.classList.toggle("used", this.dragged !== null);
    this.loupe.classList.toggle("aside", event.clientX < innerWidth / 2); // a hand must not be on it
    this.draw();
    this.magnify(at);
  }
  pinchInstead() {
    // The first finger has set a point that nobody wanted.
    if (this.dragged && this.fresh) this.page.back();
    this.dragged = this.last = null;
    this.changed();
  }
  move(event) {
    if (this.fingers.size > 1) { this.pinch(event); return; }
    const at = this.place(event);
    if (this.dragged) {
      if (!this.fresh && !this.moved) this.page.before();
      this.moved = true;
      this.dragged.at = at;
      this.draw();
    }
    this.magnify(at);
  }
  pinch(event) {
    const spread = () => { const [a, b] = [...this.fingers.values()]; return [Math.hypot(a[0] - b[0], a[1] - b[1]), (a[0] + b[0]) / 2, (a[1] + b[1]) / 2]; };
    const [before, x, y] = spread();
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    const [after, nowX, nowY] = spread();
    const [left, top] = [this.onScreen(x - nowX), this.onScreen(y - nowY)];
    this.look([this.box[0] + left, this.box[1] + top, this.box[2], this.box[3]]);
    this.zoom(after / Math.max(before, 1), this.place({ clientX: nowX, clientY: nowY }));
  }
  release(event) {
    this.fingers.delete(event.pointerId);
    this.loupe.classList.remove("used");
    if (!this.dragged) return;
    this.dragged = null;
    // Not before: other words above the picture would move it away from under the finger.
    this.changed();
  }
  key(event) {
    const move = ARROWS[event.key];
    if (event.key === "Backspace") { this.page.back(); this.last = null; this.changed(); }
    else if (event.key === "Enter") this.page.enter();
    else if (move) this.nudge(move, event.shiftKey ? 0.2 : 1);
    else return;
    event.preventDefault();
  }
  nudge([x, y], step) {
    const mark = this.last ?? [...this.page.marks()].pop();
    if (!mark) return;
    this.page.before();
    this.last = mark;
    mark.at = this.inside([mark.at[0] + x * step, mark.at[1] + y * step]);
    this.changed();
    this.magnify(mark.at);
  }
}

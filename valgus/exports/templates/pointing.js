// Points that a person places on a picture: by clicks, dragging and arrow keys, with a loupe beside it.
// (0, 0) is the outer corner of the first pixel, as everywhere in valgus.
class Pointing {
  constructor({ most, label, changed }) {
    this.overlay = document.getElementById("overlay");
    this.still = document.getElementById("still");
    this.loupe = document.getElementById("loupe");
    this.size = this.overlay.viewBox.baseVal;
    Object.assign(this, { most, label, changed, points: [], dragged: null });
    this.overlay.addEventListener("pointerdown", event => this.pressed(event));
    this.overlay.addEventListener("pointermove", event => this.moved(event));
    for (const end of ["pointerup", "pointercancel"]) this.overlay.addEventListener(end, () => { this.dragged = null; });
    this.overlay.addEventListener("keydown", event => this.key(event));
    addEventListener("resize", () => this.draw());
  }
  show(points) {
    this.points = points;
    this.draw();
    this.still.decode().then(() => this.magnify([this.size.width / 2, this.size.height / 2]));
  }
  pressed(event) {
    this.overlay.focus();
    const at = this.place(event), hit = this.nearest(at);
    if (hit >= 0) this.dragged = hit;
    else if (this.points.length < this.most) { this.points.push(at); this.dragged = this.points.length - 1; }
    if (this.dragged !== null) this.overlay.setPointerCapture(event.pointerId);
    event.preventDefault(); this.draw(); this.magnify(at);
  }
  moved(event) {
    const at = this.place(event);
    if (this.dragged !== null) { this.points[this.dragged] = at; this.draw(); }
    this.magnify(at);
  }
  key(event) {
    const step = event.shiftKey ? 0.2 : 1, last = this.points.length - 1;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (event.key === "Backspace") this.points.pop();
    else if (move && last >= 0) {
      this.points[last] = this.within(this.points[last][0] + move[0], this.points[last][1] + move[1]);
      this.magnify(this.points[last]);
    } else return;
    event.preventDefault(); this.draw();
  }
  within(x, y) { return [Math.min(Math.max(x, 0), this.size.width), Math.min(Math.max(y, 0), this.size.height)]; }
  place(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.overlay.getScreenCTM().inverse());
    return this.within(at.x, at.y);
  }
  screenPixels(length) { return length / this.overlay.getScreenCTM().a; }
  nearest([x, y]) {
    const reach = this.screenPixels(14);
    return this.points.findIndex(([a, b]) => Math.hypot(a - x, b - y) < reach);
  }
  shape(kind, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    this.overlay.append(element);
    return element;
  }
  draw() {
    this.overlay.replaceChildren();
    const radius = this.screenPixels(11), thin = this.screenPixels(1.5);
    this.points.forEach(([x, y], index) => {
      for (const [colour, width] of [["#000", 2 * thin], ["#fff", thin]]) {
        this.shape("circle", { cx: x, cy: y, r: radius, fill: "none", stroke: colour, "stroke-width": width });
        this.shape("path", { d: `M${x - radius} ${y}h${radius * .7}m${radius * .6} 0h${radius * .7}M${x} ${y - radius}v${radius * .7}m0 ${radius * .6}v${radius * .7}`, stroke: colour, "stroke-width": width, fill: "none" });
      }
      this.shape("text", { x: x + 1.3 * radius, y: y - radius, "font-size": this.screenPixels(15), fill: "#fff", stroke: "#000", "stroke-width": thin, "paint-order": "stroke" }).textContent = this.label(index);
    });
    this.changed(this.points);
  }
  magnify([x, y]) {
    const context = this.loupe.getContext("2d"), size = this.loupe.width, zoom = 10;
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, size, size);
    context.drawImage(this.still, x - size / 2 / zoom, y - size / 2 / zoom, size / zoom, size / zoom, 0, 0, size, size);
    for (const [colour, width] of [["#000", 4], ["#fff", 2]]) {
      context.strokeStyle = colour; context.lineWidth = width;
      context.beginPath();
      for (const [from, to] of [[0, .45], [.55, 1]]) {
        context.moveTo(size / 2, size * from); context.lineTo(size / 2, size * to);
        context.moveTo(size * from, size / 2); context.lineTo(size * to, size / 2);
      }
      context.stroke();
    }
  }
}

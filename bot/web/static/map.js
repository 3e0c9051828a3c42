// The small schematic map: for towns to share and for the spot of a place.

import { EDGE, HEIGHT, OUTLINE, TOWNS, WIDTH, project } from "./country.js";
import { svg } from "./dom.js";

const LABEL_FROM_DOT = { start: [6, 3.2], middle: [0, 12.5], end: [-6, 3.2] };

/** Return a map with the towns; a touch near a town calls onPick with it. */
export function townMap(onPick) {
  const map = frame("map");
  for (const town of TOWNS) map.append(townMark(town));
  if (TOWNS.length)
    map.addEventListener("click", (event) => onPick(nearestTown(pointOf(map, event))));
  return map;
}

/** Return a map with one spot lit, close enough to see its part of the country. */
export function spotMap(latitude, longitude) {
  const [x, y] = project(latitude, longitude);
  const map = frame("map spot");
  const [width, height] = [150, 66];
  const left = Math.min(Math.max(x - width / 2, -10), WIDTH - width + 10);
  const top = Math.min(Math.max(y - height / 2, -6), HEIGHT - height + 6);
  map.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
  map.append(
    svg("circle", { class: "halo", cx: x, cy: y, r: 9 }),
    svg("circle", { class: "glow", cx: x, cy: y, r: 3.4 }),
  );
  return map;
}

function frame(name) {
  const viewBox = `${-EDGE} ${-EDGE} ${WIDTH} ${HEIGHT}`;
  const map = svg("svg", { class: name, viewBox, "aria-hidden": "true" });
  for (let latitude = -90; latitude <= 90; latitude += 4) {
    const [, y] = project(latitude, 0);
    if (Math.abs(y) < 260)
      map.append(svg("path", { class: "grid", d: `M-40 ${y.toFixed(1)}H360` }));
  }
  for (let longitude = -180; longitude <= 180; longitude += 4) {
    const [x] = project(0, longitude);
    if (Math.abs(x) < 360)
      map.append(svg("path", { class: "grid", d: `M${x.toFixed(1)} -40V260` }));
  }
  map.append(svg("path", { class: "land", d: OUTLINE }));
  return map;
}

function townMark({ name, latitude, longitude, side }) {
  const [x, y] = project(latitude, longitude);
  const [right, down] = LABEL_FROM_DOT[side];
  const label = { x: x + right, y: y + down, "text-anchor": side };
  return svg(
    "g",
    { class: "town" },
    svg("circle", { cx: x, cy: y, r: 3.2 }),
    svg("text", label, name),
  );
}

function pointOf(map, event) {
  const box = map.getBoundingClientRect();
  const scale = WIDTH / box.width;
  return [event.clientX - box.left, event.clientY - box.top].map((at) => at * scale - EDGE);
}

function nearestTown([x, y]) {
  const distance = (town) => {
    const [townX, townY] = project(town.latitude, town.longitude);
    return Math.hypot(townX - x, townY - y);
  };
  return TOWNS.reduce((best, town) => (distance(town) < distance(best) ? town : best));
}

// The page of a country whose folder has no page.js: no outline, no towns, no messages to try.

/** Size of the map; EDGE is the water above and to the left of the country. */
export const WIDTH = 346;
export const HEIGHT = 218;
export const EDGE = 8;

/** Return the point of the map for degrees north and east: the whole world. */
export function project(latitude, longitude) {
  return [((longitude + 180) * WIDTH) / 360, ((90 - latitude) * HEIGHT) / 180];
}

export const TOWNS = [];
export const OUTLINE = "";
export const SUGGESTIONS = [];

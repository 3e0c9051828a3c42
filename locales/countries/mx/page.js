// Mexico on the page: its outline, a few towns to share, messages to try.
// Outline: Natural Earth 1:50m (public domain), simplified, in the frame of project().

/** Size of the map; EDGE is the water above and to the left of the country. */
export const WIDTH = 346;
export const HEIGHT = 218;
export const EDGE = 8;

const WEST = -118.6;
const NORTH = 33.4;
const DEGREE = 10.8;
const NARROWING = Math.cos((23.5 * Math.PI) / 180);

/** Return the point of the map for degrees north and east (equirectangular). */
export function project(latitude, longitude) {
  return [(longitude - WEST) * NARROWING * DEGREE, (NORTH - latitude) * DEGREE];
}

export const TOWNS = [
  { name: "Tapachula", latitude: 14.9056, longitude: -92.2634, side: "start" },
  { name: "Tenosique", latitude: 17.4757, longitude: -91.4226, side: "start" },
  { name: "Cancún", latitude: 21.1743, longitude: -86.8466, side: "end" },
  { name: "Oaxaca", latitude: 17.0654, longitude: -96.7237, side: "start" },
  { name: "Ciudad de México", latitude: 19.4285, longitude: -99.1277, side: "start" },
  { name: "Guadalajara", latitude: 20.6668, longitude: -103.3918, side: "end" },
  { name: "Mazatlán", latitude: 23.2329, longitude: -106.4062, side: "end" },
  { name: "Monterrey", latitude: 25.6751, longitude: -100.3185, side: "end" },
  { name: "Reynosa", latitude: 26.0923, longitude: -98.2775, side: "start" },
  { name: "Ciudad Juárez", latitude: 31.7202, longitude: -106.4608, side: "start" },
  { name: "Nogales", latitude: 31.3086, longitude: -110.9422, side: "middle" },
  { name: "Tijuana", latitude: 32.5027, longitude: -117.0037, side: "start" },
];

export const OUTLINE =
  "M14.6 9.4L38.4 7.4L37.3 9.6L74.9 22.4L102.9 22.4L102.9 17.5L120.4 17.6L123.3 21.1" +
  "L135.5 30.4L138.4 38.3L140.6 41.3L152 47.5L155.6 45.2L157.2 40.6L158.3 39.4L161.8 38.1" +
  "L170 39.1L176.7 45.5L181.3 54.8L189.1 63.2L189.6 68.5L193.1 75.1L201.3 78.7L206 79.5" +
  "L210.2 81.3L212.5 80.3L207.3 97.3L206.5 112.9L205.6 117.6L206.4 122L210.8 127.8" +
  "L209.9 131L210.1 127.8L206.5 122.8L207.6 127.4L212.1 137L219.3 146.1L221 151.8L226 157.6" +
  "L224.6 157.5L227.5 158.9L226.8 157.9L231.9 158.8L235.7 160.8L238.2 164.4L239.1 164.5" +
  "L248.1 161.7L254.7 161.3L256.4 159.7L259.1 159L263.7 158.6L264.6 159.4L264.3 160.6" +
  "L268.1 161.4L270.6 159.6L270 156.6L268.9 157.3L269 156.7L275.9 151.7L276.4 147.6" +
  "L278.4 145.3L278.5 138.7L279.8 133.8L285.1 130.9L294.4 129.4L298.5 127.8L303 127.4" +
  "L310.5 129.1L311.1 128L309.2 128L311.7 127.2L314.7 129.4L315.2 132.3L313.7 136.2" +
  "L308.8 142.2L308.4 146.6L306.2 148.6L306.6 149.5L308.8 149.2L308.2 150.7L306.4 151.7" +
  "L306.5 152.7L308 152.4L304.5 163.4L302.7 161.1L302.3 157.3L300.1 161.2L297.9 161.5" +
  "L295.1 166.7L294.2 167.2L291.8 166.6L291.6 168.3L273.5 168.3L273.4 174.4L269.3 174.3" +
  "L279.1 183.7L278.8 187.1L266 187.2L261.4 195.7L262.7 197.9L261.1 203.6L251.9 193.9" +
  "L244.5 187.3L239.9 184.8L239.4 185.5L243.6 187.7L237.1 185.7L237.5 184.2L235.8 184.8" +
  "L234.7 183.4L233.5 184.9L235.7 185.7L232.4 186L229.1 188.2L218.8 191.7L212.1 188.9" +
  "L206.5 188.3L202.7 185.7L198.9 184.6L196.5 182.1L187.3 180.1L184 178L175.8 174.9" +
  "L168.4 170.1L165.2 166.8L157.5 165.7L150.1 162.8L145.5 157.4L135.3 152.2L129.9 145" +
  "L128.1 140.6L132.1 138.5L131.4 136.6L129.6 136L132.3 132.6L132.6 128.6L130.4 127.2" +
  "L128.3 123.2L128.3 119.6L126.8 116.3L120.8 110.2L115.5 102.8L107.3 96.4L109.7 97.6" +
  "L109.8 96.2L105.5 94.9L102.2 89.8L103.6 90.5L104.5 90L98.1 86.6L97.2 84.9L94.8 85.5" +
  "L94.4 84.8L96.2 82.8L94.3 84.1L92 83.9L90.9 79.6L93.1 76.6L93.9 77.2L92.3 74.2L90.3 72.2" +
  "L87.6 72.3L85.7 68.3L81.4 66.6L79.3 63.2L79.9 59.8L74.1 58.7L63.8 47.3L63.2 44.6" +
  "L61.6 43.8L61.3 41.7L58.1 36.9L57.2 33.5L54.9 29.7L54.3 25.4L55 24L49.3 22.2L49.2 20.9" +
  "L47.9 19.9L46.1 19.1L45.5 20.3L44.1 20.4L36.3 16.2L37.7 18.9L36.8 24.2L39.3 31.2L39.3 35" +
  "L41.9 38.6L48 43.6L50.5 48.3L51.7 48.1L52.3 49.5L53.4 49.7L54.5 52.8L56.8 53.7L58.1 60.2" +
  "L62.1 63.5L63.5 67.1L65.3 68.3L66.7 72.6L68.3 73.6L67.2 71.8L67.4 70.4L69.6 72.3L72 78.6" +
  "L72.4 82.2L74.9 85L78.4 92.2L77.9 95.2L78.6 97.8L81.5 100.4L82.6 97.8L87.1 102.2" +
  "L88.4 105.2L90.9 107.1L90.2 110.6L86.9 113.2L85.1 113.5L81.6 105.8L68.5 95.5L67.3 95.7" +
  "L64.7 92.5L64.1 90.3L64.7 84.5L61.6 77.6L55.3 73.6L53.9 69.7L52.8 71.4L49.5 72.1" +
  "L47.1 69.5L41.1 66.8L40.2 64.5L35.7 61.2L35.3 60L39.9 60.7L42.6 59.7L42.6 60.8L44.9 61.8" +
  "L44 59.2L42.9 59L45.1 53.7L44.1 51.8L36.3 43.7L29 39.4L27.7 37.1L27.6 33.4L25.8 32.3" +
  "L25.1 28L22.8 26.2L22.4 23.7L19.2 19.8L18.6 18L19.6 17.7L19.6 16.7L17.4 15.2Z" +
  "M313.6 141.4L313 141.8L312.8 140.6L313.2 139.4L315.3 138.5ZM119.8 127.3L119.5 128.2" +
  "L118.8 127.9L118.5 126.4ZM76.1 158.3L74.9 157.4L75.4 157.0ZM79.6 90.7L79.9 91.9" +
  "L79.3 91.7L78.3 89.8ZM53.9 47L50.5 44.2L49.7 41.3L51.3 42.3L51.8 43.9L53.5 44.3ZM34 57.6" +
  "L32.1 57.2L33.4 54.3ZM63.3 47.5L62.6 50L60.3 49.2L61.2 45.3L62.6 44.9ZM3.6 48.2L3.1 48.6" +
  "L2 46.3L2.3 45.5ZM74.3 79.7L73 81.7L73.5 79.5L74.4 79.1ZM68.3 97.3L65.2 95.8L66.8 95.7Z" +
  "M64.8 95.6L62.4 93L63.8 87.6L63.5 92.4Z";

// Written as people write: the last one has a typing error on purpose.
export const SUGGESTIONS = [
  {
    lang: "es",
    name: "Español",
    text: "Estoy en Tapachula con mi hija, ¿dónde podemos dormir hoy?",
  },
  { lang: "en", name: "English", text: "my boss keeps my passport and doesn't pay me" },
  { lang: "fr", name: "Français", text: "Comment demander l'asile au Mexique ?" },
  { lang: "pt", name: "Português", text: "preciso de médico, estou grávida" },
  { lang: "ht", name: "Kreyòl", text: "mwen bezwen yon kote pou m dòmi nan Tapachla" },
];

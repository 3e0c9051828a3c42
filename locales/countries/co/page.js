// Colombia on the page: its outline, a few towns to share, messages to try.
// Outline: Natural Earth 1:50m (public domain), simplified, in the frame of project().

/** Size of the map; EDGE is the water above and to the left of the country. */
export const WIDTH = 346;
export const HEIGHT = 218;
export const EDGE = 8;

const WEST = -87.6;
const NORTH = 13;
const DEGREE = 11.3;
const NARROWING = Math.cos((4.5 * Math.PI) / 180);

/** Return the point of the map for degrees north and east (equirectangular). */
export function project(latitude, longitude) {
  return [(longitude - WEST) * NARROWING * DEGREE, (NORTH - latitude) * DEGREE];
}

export const TOWNS = [
  { name: "Maicao", latitude: 11.3784, longitude: -72.2395, side: "start" },
  { name: "Cúcuta", latitude: 7.9074, longitude: -72.5049, side: "start" },
  { name: "Arauca", latitude: 7.0847, longitude: -70.7591, side: "start" },
  { name: "Necoclí", latitude: 8.4263, longitude: -76.7893, side: "end" },
  { name: "Medellín", latitude: 6.245, longitude: -75.5715, side: "end" },
  { name: "Bogotá", latitude: 4.6097, longitude: -74.0817, side: "start" },
  { name: "Cali", latitude: 3.4305, longitude: -76.5199, side: "end" },
  { name: "Ipiales", latitude: 0.825, longitude: -77.6397, side: "end" },
  { name: "Leticia", latitude: -4.2108, longitude: -69.9394, side: "end" },
];

export const OUTLINE =
  "M183.4 12.9L176.2 15.1L173 20.4L170.7 21.3L168 24.5L165.9 28.3L164.4 36.3L160.3 43" +
  "L162.3 43L163.8 42.3L164.9 43.7L166.7 44L168.2 49.4L171 52.2L171.7 54.8L170.7 56.9" +
  "L170.4 61.9L171.3 63.1L173.4 63.6L174.8 66.7L175.7 67.4L177 67.9L180 67.4L185.6 68" +
  "L189.9 66.8L193.9 68.1L196.8 68.3L204.7 77.7L205.5 77.4L206.5 78L210.2 76.9L215.5 77.3" +
  "L222.4 75.8L225.7 76.4L226.6 77.1L227.1 78.8L226.7 79.9L225.6 81L224.8 84.1L222.8 87.3" +
  "L222.4 96L224.6 103.2L228.6 108.3L228.1 109.3L222.7 114.2L222.4 115.3L223.4 114.9" +
  "L225.1 115.3L225.7 116.5L229.7 119.9L229.6 121.2L233.4 131.6L233.5 133.1L231.1 133.5" +
  "L231.1 128.6L227.5 123L225.8 123.5L222.9 126.7L221.5 127.1L220.4 126.7L218.6 124.5" +
  "L217.9 126L218.8 127.5L205.9 127.5L203.4 126.9L200 127.6L199.9 134.9L206 135" +
  "L207.7 137.1L207.8 139.6L206.3 139.8L204.2 138.7L200.4 140L197.6 140.4L197.5 148.5" +
  "L199.1 150.5L202.4 152.7L202.9 154.1L202.6 155.5L204.5 158.2L205 160.4L198.7 194.8" +
  "L194.4 190L192.3 190.6L190 189.6L197.5 177.4L188 172L185.7 172.3L184.8 173L182.5 173.3" +
  "L178.5 171.2L175.9 173.2L173.3 174L171.3 174.3L168.7 173.5L165.1 173.9L162.7 172.6" +
  "L163.1 170.4L162.2 167.6L158.9 166L158.6 163.3L157 161L154.7 160.4L152.6 158.5" +
  "L150.4 157.9L149.4 156.5L148.5 153.5L146.3 151.1L144.7 150.3L144.2 149.2L142.6 149" +
  "L140.4 147.5L139.4 147.4L138.7 148.1L135 146.2L133.2 145.9L129.9 143L127.6 141.9" +
  "L126.3 142.3L125.9 144L125.1 144.2L121.3 144.1L118.1 142.9L115 142.4L114.1 139.7" +
  "L112.1 138.7L111.5 137.4L110 137.6L104.6 135.1L100.5 132.4L96.6 128.6L97.4 127.1" +
  "L99.2 126L101.7 126.9L101.9 125.2L101 123.7L101.5 120.3L103.4 118.8L107.4 118.5" +
  "L109.6 116.1L110.3 116.2L111.9 114.4L111.6 112.5L113.1 112.1L114.7 109.1L115.4 109.1" +
  "L118.5 102.7L117.6 103.3L116.5 102.9L116.3 101L115.4 102.3L114.6 101L114.8 98.9" +
  "L113.5 99.3L115.4 97.2L116.2 93.5L115.6 92.2L115.2 86.7L114.9 85.7L113.4 84.3" +
  "L116.6 81.6L114.1 77.1L114.1 75.9L114.9 76L115.2 72.6L114.5 71.3L113.5 71.3L109.3 65.2" +
  "L110.1 62.8L111 61.7L110.8 59.9L111.5 60L112.8 61.7L113.3 61.4L115.4 59.8L115.5 58.3" +
  "L117.2 56.8L114 50.9L115 49.2L121.1 55.5L120.3 56.8L120.9 57.4L121.8 57.3L122.3 56.5" +
  "L122 53L121.4 51.2L120.3 50L127.6 45.3L129.2 42.2L130.4 41.1L131.7 40.3L134.7 40.1" +
  "L135.2 39.1L134.3 37L135.3 34L135.2 32.5L135.9 31.6L135.6 31.2L134 32.3L135.7 30.2" +
  "L136.9 27L143.7 21.4L148.1 22.7L149.5 22.6L147.6 23.3L147.4 24.2L148.7 25.2L151.6 19" +
  "L156.9 19.5L160.9 19.3L167.6 14.6L172.6 12.6L174.2 9.2L176.1 8.6L179 6.6L181.4 6.4" +
  "L184.1 7.5L185.4 10.8ZM106.8 118.2L106 118L106.1 117Z";

// Written as people write: the last one has a typing error on purpose.
export const SUGGESTIONS = [
  { lang: "es", name: "Español", text: "Estoy en Cúcuta con mi hija, ¿dónde podemos dormir hoy?" },
  { lang: "en", name: "English", text: "my boss keeps my passport and doesn't pay me" },
  { lang: "fr", name: "Français", text: "je cherche un avocat, je suis à Bogotá" },
  { lang: "pt", name: "Português", text: "preciso de médico, estou grávida" },
  { lang: "ht", name: "Kreyòl", text: "mwen bezwen yon kote pou m dòmi nan Ipyales" },
];

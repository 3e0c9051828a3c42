// The connection: comes back by itself, sends one frame at a time, repeats what was lost.
// A frame keeps its id when it is repeated; the server takes each id once.

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 8000;
const PATIENCE = 20000;
const MAX_FRAME = 16 * 1024;

export class Link {
  #queue = [];
  #sent = null;
  #socket = null;
  #pause = FIRST_PAUSE;
  #timer = 0;
  #watchdog = 0;
  #seen;
  #onEvent;
  #onState;

  /** seen() gives the last number of each pane; onState gets true or false. */
  constructor({ seen, onEvent, onState }) {
    this.#seen = seen;
    this.#onEvent = onEvent;
    this.#onState = onState;
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    this.#open();
  }

  /** Queue a frame. done(true, message) once it is committed, done(false) if refused. */
  send(frame, done = () => {}) {
    const entry = { frame: { id: newId(), ...frame }, done };
    // The server closes the socket on a larger one, and would again each time it came.
    if (new Blob([JSON.stringify(entry.frame)]).size > MAX_FRAME) return done(false);
    this.#queue.push(entry);
    this.#pump();
  }

  /** Forget what was not committed yet, for frames of one pane. */
  drop(pane) {
    this.#queue = this.#queue.filter(({ frame }) => frame.pane !== pane);
    if (this.#sent && !this.#queue.some(({ frame }) => frame.id === this.#sent)) this.#next();
  }

  #open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/chat`);
    this.#socket = socket;
    socket.onopen = () => this.#greet();
    socket.onmessage = (message) => this.#take(JSON.parse(message.data));
    socket.onclose = () => socket === this.#socket && this.#lost();
  }

  #greet() {
    this.#pause = FIRST_PAUSE;
    this.#socket.send(JSON.stringify({ do: "hello", seen: this.#seen() }));
    this.#onState(true);
    this.#next();
  }

  #lost() {
    this.#socket = null;
    this.#sent = null;
    clearTimeout(this.#watchdog);
    this.#onState(false);
    this.#timer = setTimeout(() => this.#open(), this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #hurry() {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    this.#pause = FIRST_PAUSE;
    this.#open();
  }

  #pump() {
    const [first] = this.#queue;
    if (!first || this.#sent || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#sent = first.frame.id;
    this.#socket.send(JSON.stringify(first.frame));
    this.#watchdog = setTimeout(() => this.#abandon(), PATIENCE);
  }

  #next() {
    clearTimeout(this.#watchdog);
    this.#sent = null;
    this.#pump();
  }

  // A socket that says nothing may take minutes to close: do not wait for it.
  #abandon() {
    const socket = this.#socket;
    if (!socket) return;
    socket.onclose = socket.onmessage = null;
    socket.close();
    this.#lost();
  }

  #take(event) {
    if (event.event === "committed") this.#settle(event.id, true, event.message);
    else if (event.event === "error") this.#refused(event);
    else this.#onEvent(event);
  }

  #refused({ code, id = this.#sent }) {
    if (code === "slow_down" || code === "try_again") {
      clearTimeout(this.#watchdog);
      setTimeout(() => this.#next(), 1500);
    } else {
      this.#settle(id, false);
    }
  }

  #settle(id, accepted, message) {
    const entry = this.#queue.find(({ frame }) => frame.id === id);
    this.#queue = this.#queue.filter((other) => other !== entry);
    if (id === this.#sent) this.#next();
    entry?.done(accepted, message);
  }
}

// crypto.randomUUID needs a secure context; a demo on the local network has none.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
